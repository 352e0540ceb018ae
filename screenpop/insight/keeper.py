"""When is a new model trained, and when does the card use it?

Training runs in a process of its own with low priority, on a schedule and after enough
new orders. The finished model is a file that is taken over in one step, trained by this
service, by another node or by `screenpop insight train`. A training that fails
leaves the model as it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screenpop.config.policy import InsightSettings
from screenpop.domain.errors import ScreenpopError, Unavailable
from screenpop.insight.adviser import Adviser
from screenpop.insight.feed import OrderFeeds
from screenpop.insight.training import TrainsElsewhere
from screenpop.support.clock import Clock
from screenpop.support.log import NodeProblem

if TYPE_CHECKING:  # numpy and scipy: loaded where there is a model
    from screenpop.insight.offering import Offering

log = logging.getLogger(__name__)

LOOK_EVERY_S = 15.0
FIRST_EVERY_S = 1.0  # until the orders are read for the first time
SOONEST_S = 3_600.0  # between two trainings, and after one that failed

Train = Callable[[Callable[[str], None]], Awaitable[None]]
"""Train once; its argument hears of each step. Raises `Unavailable`."""


class ModelKeeper:
    """Keeps the adviser's model the newest one, and that one young enough."""

    def __init__(
        self,
        adviser: Adviser,
        feeds: OrderFeeds,
        folder: Path,
        settings: InsightSettings,
        clock: Clock,
        train: Train | None = None,
    ):
        self.adviser = adviser
        self._feeds = feeds
        self._folder = folder
        self._settings = settings
        self._clock = clock
        self._train = train or self._apart
        self._tried_s: float | None = None
        self._newest = 0  # number of the newest file that was looked at
        self._read_us = -1  # of the items that the offering has
        self._made_us = 0  # when its model was made
        self.ready = asyncio.Event()  # there is a model
        self.step: str | None = None  # of the training that goes on
        self.trouble: str | None = None  # why there is no newer model
        self.failed_us: int | None = None  # when the last training failed
        self.number: int | None = None  # of the file of the model in use

    def follow(self, settings: InsightSettings) -> None:
        """These hold from now on: of the model in use at once."""
        self._settings = settings
        self.adviser.follow(settings.holdout_share, settings.excluded_customers)
        self._offer_by_settings()

    def _offer_by_settings(self) -> None:
        offering, settings = self.adviser.offering, self._settings
        excluded = frozenset(settings.excluded_items)
        if offering is not None and (
            (offering.offers_max, offering.excluded_items)
            != (settings.offers_max, excluded)
        ):
            self.adviser.offering = replace(
                offering,
                offers_max=settings.offers_max,
                excluded_items=excluded,
                _last={},
            )

    @property
    def offering(self) -> Offering | None:
        """What the cards are answered from."""
        return self.adviser.offering

    @property
    def orders(self) -> int:
        """How many orders the model in use was made of."""
        offering = self.adviser.offering
        if offering is None:
            return 0
        return len(offering.recommender.model.book.orders.basket_customer)

    @property
    def made_us(self) -> int | None:
        """When the model in use was made; None: there is none."""
        return None if self.adviser.offering is None else self._made_us

    async def run(self) -> None:
        """For ever: take over a newer model, train where one is due."""
        while True:
            await self.look()
            is_first = self.adviser.offering is None and self._tried_s is None
            await asyncio.sleep(FIRST_EVERY_S if is_first else LOOK_EVERY_S)

    async def look(self) -> None:
        """One round of `run`."""
        await self._use_newest()
        if await self._is_due():
            await self._train_once()
            await self._use_newest()

    def problems(self) -> Iterator[NodeProblem]:
        if self.trouble is not None:
            yield NodeProblem(part="insight", message=self.trouble, fatal=False)

    async def _use_newest(self) -> None:
        try:
            await asyncio.to_thread(self._load)
            self._offer_by_settings()
            if self.adviser.offering is not None:
                self.ready.set()
        except ScreenpopError as error:
            self._fails(f"the model cannot be used: {error}")

    def _load(self) -> None:
        """In a thread: the newest model with the newest items, where one is new."""
        from screenpop.insight.model_file import ModelFiles
        from screenpop.insight.offering import offering_of
        from screenpop.insight.recommender import Recommender
        from screenpop.insight.training import FOLDER

        files, before = ModelFiles(self._folder / FOLDER), self.adviser.offering
        newest = files.newest()
        read_us = max((f.ended_us or 0 for f in self._feeds.feeds.values()), default=0)
        if newest == self._newest and read_us == self._read_us:
            return
        if before is not None and newest == self._newest:
            recommender = before.recommender
        else:
            self._newest = newest
            found = files.read()
            if found is None:
                return
            recommender = Recommender(found[1])
            self._made_us = files.made_us(found[0])
            self.number = found[0]
        most = self._settings.offers_max
        self.adviser.offering = offering_of(self._folder, recommender, most)
        self._read_us = read_us

    async def _is_due(self) -> bool:
        now_s = self._clock.monotonic_s()
        if self._tried_s is not None and now_s - self._tried_s < SOONEST_S:
            return False
        if not self._feeds.is_whole:
            self.adviser.progress = "reading"
            return False  # of half the orders a model would be wrong
        if self.adviser.offering is None:
            return True
        age_s = (self._clock.now_us() - self._made_us) / 1e6
        if age_s < SOONEST_S:
            return False
        if age_s >= self._settings.train_every_h * 3_600:
            return True
        return await asyncio.to_thread(self._has_new_orders)

    def _has_new_orders(self) -> bool:
        from screenpop.insight.order_reader import OrderReader

        offering, enough = self.adviser.offering, self._settings.train_after_orders
        assert offering is not None
        newest_s = offering.recommender.model.book.items.now
        with OrderReader(self._folder) as reader:
            return reader.orders_after(newest_s, enough) >= enough

    async def _train_once(self) -> None:
        before_s, began_s = self._tried_s, self._clock.monotonic_s()
        self._tried_s = began_s
        self.step = "starting"
        self.adviser.progress = "training"
        try:
            await self._train(self._heard)
        except TrainsElsewhere:
            self._tried_s = before_s  # its model is taken over; else it is our turn
        except Unavailable as error:
            self.failed_us = self._clock.now_us()
            self._fails(str(error))
            self.adviser.progress = "failed"
        else:
            self.trouble = self.failed_us = None
            took_s = self._clock.monotonic_s() - began_s
            log.info("a model was trained in %.0f s", took_s)
        finally:
            self.step = None

    def _heard(self, step: str) -> None:
        self.step = step

    def _fails(self, why: str) -> None:
        if why != self.trouble:
            log.warning("%s", why)
        self.trouble = why

    async def _apart(self, heard: Callable[[str], None]) -> None:
        from screenpop.insight.training import TrainingOrder, train_apart

        order = TrainingOrder(
            data_dir=str(self._folder),
            withheld=self._settings.excluded_customers,
            excluded_items=self._settings.excluded_items,
        )
        await train_apart(order, heard)
