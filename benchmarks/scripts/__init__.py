"""The peers' side of whole processes, each as one would write it by hand."""
