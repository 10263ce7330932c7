"""Learning by acting: PPO, in the same vectorised CartPole as convkit's."""

from copy import deepcopy

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.scripts.pytorch.layers import build
from benchmarks.scripts.pytorch.system import System


class PPO(System):
    """A policy, and what return to expect; both go through each rollout several times."""

    def __init__(self, recipe, weights, *, tuned):
        # Here, since nobody else is to wait for it.
        from convkit.data.environments.cartpole import CartPole

        super().__init__(recipe, weights, tuned=tuned)
        self.actor, self.critic = self.model
        self.make_world = CartPole
        self.world = CartPole(recipe["environments"])
        self.rng = np.random.default_rng(recipe["seed"])
        self.seen = self.reset(np.arange(recipe["environments"]))
        self.best, self.kept = -np.inf, None

    def build(self, recipe):
        return nn.ModuleList([build(recipe["actor"]), build(recipe["critic"])])

    def batches(self, part):
        recipe = self.recipe
        for _ in range(recipe["rollouts"]):
            lessons = self.lessons()
            for _ in range(recipe["update_epochs"]):
                yield from super().batches(lessons)

    def loss(self, batch):
        observations, actions, advantages, returns, logs_before = batch
        recipe = self.recipe
        if recipe["normalize_advantages"]:
            advantages = (advantages - advantages.mean()) / (advantages.std(correction=0) + 1e-8)
        logs = functional.log_softmax(self.actor(observations), 1)
        ratio = (logs.gather(1, actions[:, None])[:, 0] - logs_before).exp()
        clipped = ratio.clamp(1 - recipe["clip"], 1 + recipe["clip"])
        gain = torch.minimum(ratio * advantages, clipped * advantages).mean()
        error = functional.mse_loss(self.critic(observations)[:, 0], returns)
        if not recipe["entropy"]:
            return 0.5 * error - gain
        spread = -(logs.exp() * logs).sum(1).mean()
        return 0.5 * error - gain - recipe["entropy"] * spread

    @torch.no_grad()
    def lessons(self):
        """Act for a rollout; return observations, actions, advantages, returns, and the logarithms
        of the actions' probabilities.
        """
        moments = [self.moment() for _ in range(self.recipe["rollout_steps"])]
        seen, actions, logs, after, rewards, terminated, ended = map(
            torch.stack, zip(*moments, strict=True)
        )
        values, following = (self.critic(each)[..., 0] for each in (seen, after))
        surprises = rewards + self.recipe["gamma"] * following * ~terminated - values
        gained = self.advantages(surprises, ended)
        lessons = seen, actions, gained, gained + values, logs
        return tuple(each.flatten(0, 1) for each in lessons)

    def moment(self):
        """Take a step in each episode, and return what it was."""
        seen = torch.from_numpy(self.seen)
        logs = functional.log_softmax(self.actor(seen), 1)
        actions = torch.multinomial(logs.exp(), 1)
        steps = self.world.step(actions[:, 0].numpy())
        ended, self.seen = steps.ended, steps.observations
        if ended.any():
            self.seen = self.seen.copy()
            self.seen[ended] = self.reset(np.flatnonzero(ended))
        told = steps.observations, steps.rewards, steps.terminated, ended
        chosen = logs.gather(1, actions)[:, 0]
        return seen, actions[:, 0], chosen, *map(torch.from_numpy, told)

    def reset(self, places):
        """Begin an episode at each of some places."""
        return self.world.reset(places, self.rng.integers(2**31, size=len(places)).tolist())

    def advantages(self, surprises, ended):
        """Return the generalised estimates of how much better each action was than expected."""
        kept = self.recipe["gamma"] * self.recipe["gae_lambda"] * ~ended
        estimates = surprises.clone()
        for step in range(len(surprises) - 2, -1, -1):
            estimates[step] += kept[step] * estimates[step + 1]
        return estimates

    def end_epoch(self, parts):
        reached = self.measured(parts["validation"])["return"]
        if reached > self.best:
            self.best, self.kept = reached, deepcopy(self.model.state_dict())

    def end(self):
        self.model.load_state_dict(self.kept)

    def measure(self, part):
        """Return the mean return of an episode for each seed, played greedily."""
        (seeds,) = part
        world, places = self.make_world(len(seeds)), np.arange(len(seeds))
        seen, going = world.reset(places, seeds.tolist()), np.ones(len(seeds), bool)
        returns = np.zeros(len(seeds))
        while going.any():
            steps = world.step(self.actor(torch.from_numpy(seen)).argmax(1).numpy())
            returns += steps.rewards * going
            going &= ~steps.ended
            seen = steps.observations
        return {"return": float(returns.mean())}
