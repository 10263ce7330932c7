"""Augmentation: training samples changed at random, so that more can be learnt from few.

To add one, write its class in a theme file, and a line here.
"""

from convkit.data.augmentation.affine import Rotate, Scale, Shift
from convkit.data.augmentation.base import Augmentation, Mixed, Targets
from convkit.data.augmentation.mixing import Mixup
from convkit.data.augmentation.pipeline import Pipeline, misfits
from convkit.data.augmentation.pixels import Crop, Cutout, Flip, Noise

AUGMENTATIONS: dict[str, type[Augmentation]] = {
    augmentation.name: augmentation
    for augmentation in (Flip, Shift, Crop, Rotate, Scale, Noise, Cutout, Mixup)
}
"""Name in a YAML file -> augmentation."""

__all__ = ["AUGMENTATIONS", "Augmentation", "Mixed", "Pipeline", "Targets", "misfits"]
