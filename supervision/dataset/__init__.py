"""Data sets (训练数据集): what people decided of pictures, as weights are trained from it."""
