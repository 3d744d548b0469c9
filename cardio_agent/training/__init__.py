"""Training and evaluation: data sets, augmentation, teachers, the training loop, figures of merit."""
