"""Agents: systems that learn by acting in an environment (reinforcement learning)."""

from convkit.families.agents.a2c import A2C
from convkit.families.agents.base import Agent
from convkit.families.agents.dqn import DQN
from convkit.families.agents.ppo import PPO
from convkit.families.agents.reinforce import Reinforce

__all__ = ["A2C", "DQN", "PPO", "Agent", "Reinforce"]
