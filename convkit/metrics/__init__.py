"""How far predictions are from the actual values, and pictures from one another.

``values`` holds what needs numbers only, ``pictures`` what needs to know black from white,
``ranks`` what sees only the order of scores, and ``texts`` what compares texts.
"""

from convkit.metrics.pictures import (
    PICTURE_MEASURES,
    SSIM_WINDOW,
    PictureMeasures,
    compare_pictures,
    psnr,
    ssim,
)
from convkit.metrics.ranks import roc_auc
from convkit.metrics.texts import rouge_l
from convkit.metrics.values import (
    MEASURES,
    FloatArray,
    Measure,
    Residual,
    compare,
    mae,
    max_error,
    mse,
    r2,
    residual_rows,
    residuals,
    rmse,
    sum_squared_error,
)

__all__ = [
    "MEASURES",
    "PICTURE_MEASURES",
    "SSIM_WINDOW",
    "FloatArray",
    "Measure",
    "PictureMeasures",
    "Residual",
    "compare",
    "compare_pictures",
    "mae",
    "max_error",
    "mse",
    "psnr",
    "r2",
    "residual_rows",
    "residuals",
    "rmse",
    "roc_auc",
    "rouge_l",
    "ssim",
    "sum_squared_error",
]
