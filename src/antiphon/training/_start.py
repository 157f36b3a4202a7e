"""What networks of a song begin with: those of another run, or weights that came along."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.models._coder import Coder
from antiphon.models._critic import Critic
from antiphon.models._ensemble import Ensemble
from antiphon.training._checkpoint import STAGES
from antiphon.training._run import RunFolder, load_module, module_state


class Start:
    """Gives networks what they begin with, by stage; nothing where nothing was named.

    A run folder gives the scribe, the discriminator of what it writes, and the choir that it
    listens to. Weights give every network they hold, and the tables that belong to them.
    """

    def __init__(self, name: str) -> None:
        """Look for a run folder, then for weights.

        Raises:
            AntiphonError: neither is there.
        """
        self._run: RunFolder | None = None
        self._weights: Ensemble | None = None
        if name and any(Path(name, f"{stage}.safetensors").exists() for stage in STAGES):
            self._run = RunFolder(Path(name))
        elif name:
            self._weights = models.load(name)

    @property
    def coder(self) -> Coder | None:
        """The coder of weights."""
        return self._weights.coder if self._weights else None

    @property
    def critic(self) -> Critic | None:
        """The critic of weights."""
        return self._weights.critic if self._weights else None

    @property
    def plan_critic(self) -> Critic | None:
        """The critic of plans of weights."""
        return self._weights.plan_critic if self._weights else None

    @property
    def tables(self) -> Mapping[str, Tensor]:
        """The tables of weights."""
        return self._weights.tables if self._weights else {}

    def give(self, stage: str, networks: Mapping[str, nn.Module]) -> None:
        """Load what there is for networks of a stage, named as its checkpoint names them.

        Raises:
            AntiphonError: the run has no checkpoint of the stage, or sizes differ.
        """
        if self._run is not None and stage in ("choir", "adversary"):
            found = self._run.load(stage)
            if found is None:
                raise AntiphonError(
                    f"{self._run.path} has no checkpoint of the {stage} to start from."
                )
            for prefix, network in networks.items():
                load_module(prefix, network, found[0])
        for prefix, attribute in STAGES[stage].items() if self._weights else ():
            known = getattr(self._weights, attribute)
            if prefix in networks and known is not None:
                load_module(prefix, networks[prefix], module_state(prefix, known))
