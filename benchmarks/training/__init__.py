"""The same training done by convkit and by PyTorch: cases, a learner for each side, whole jobs."""
