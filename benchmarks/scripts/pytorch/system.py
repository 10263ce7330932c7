"""What all systems have in common: a model, an optimizer, and a step."""

import math

import torch


class System:
    """A model that learns.

    Parameters
    ----------
    recipe : dict
        Of :func:`benchmarks.training.recipe.recipe`.
    weights : list of array
        What it begins with, in the order of its trained parameters.
    tuned : bool
        Whether with PyTorch's faster layout for images and its fused optimizer; else as they come.
    """

    normal = staticmethod(torch.randn)
    """Draws normal numbers of a shape."""

    def __init__(self, recipe, weights, *, tuned):
        self.recipe = recipe
        self.layout = torch.channels_last if tuned else torch.contiguous_format
        self.model = self.build(recipe).to(memory_format=self.layout)
        begin_with(self.model, weights)
        settings = {name: recipe["optimizer"][name] for name in ("lr", "betas", "eps")}
        self.optimizers = [
            torch.optim.Adam(trained(module), **settings, fused=tuned or None)
            for module in self.learners()
        ]

    def build(self, recipe):
        """Return the model."""
        raise NotImplementedError

    def learners(self):
        """Return the modules that have an optimizer each."""
        return [self.model]

    def tensors(self, arrays):
        """Return a batch or a part of the data, a tuple of arrays, as the system takes it."""
        return tuple(self.tensor(torch.from_numpy(each)) for each in arrays)

    def tensor(self, values):
        """Return images with their channels first; all else is as it was."""
        if values.ndim != 4:
            return values
        return values.permute(0, 3, 1, 2).contiguous(memory_format=self.layout)

    def begin(self, parts):
        """Return the parts of the data as they are learnt from, by name."""
        return parts

    def batches(self, part):
        """Yield the batches of an epoch, shuffled."""
        for places in torch.randperm(len(part[0])).split(self.recipe["batch_size"]):
            yield tuple(each[places] for each in part)

    def loss(self, batch):
        """Return the loss of a batch."""
        raise NotImplementedError

    def step(self, batch, progress):
        """Learn from a batch and return its loss; `progress` is in epochs."""
        (optimizer,) = self.optimizers
        return self.descend(optimizer, self.loss(batch), progress).item()

    def descend(self, optimizer, loss, progress):
        """Take a step down a loss, and return it."""
        optimizer.param_groups[0]["lr"] = self.learning_rate(progress)
        optimizer.zero_grad()
        loss.backward()
        longest = self.recipe["optimizer"]["clip_norm"]
        if longest is not None:
            torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], longest)
        optimizer.step()
        return loss

    def learning_rate(self, progress):
        """Return what the schedule makes of the learning rate."""
        settings = self.recipe["optimizer"]
        if settings["schedule"] is None:
            return settings["lr"]
        warm_up = settings["schedule"]["warm_up"]
        if progress < warm_up:
            return settings["lr"] * progress / warm_up
        share = (progress - warm_up) / (self.recipe["epochs"] - warm_up)
        return settings["lr"] * (1 + math.cos(math.pi * share)) / 2

    def end_epoch(self, parts):
        """Measure the validation part, if there is one."""
        if "validation" in parts:
            self.measured(parts["validation"])

    def end(self):
        """Be what is saved and tested."""

    @torch.inference_mode()
    def measured(self, part):
        """Return figures of a part of the data, by name."""
        self.model.eval()
        figures = self.measure(part)
        self.model.train()
        return figures

    def measure(self, part):
        """Return the same; nothing is recorded, and the model is in its mode for that."""
        raise NotImplementedError

    def dropped(self, share):
        """Have all dropout layers drop this share."""
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = share


def trained(module):
    """Return the parameters that are trained."""
    return [each for each in module.parameters() if each.requires_grad]


@torch.no_grad()
def begin_with(module, weights):
    """Copy weights in."""
    for parameter, values in zip(trained(module), weights, strict=True):
        parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))


def in_parts(function, inputs, size=256):
    """Return what comes of inputs, some at a time."""
    return torch.cat([function(some) for some in inputs.split(size)])
