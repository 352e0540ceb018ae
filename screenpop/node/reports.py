"""How are the reports of the configuration put together?"""

from __future__ import annotations

from screenpop.config.load import Loaded
from screenpop.config.mail import report_mail
from screenpop.history.archiver import Archiver
from screenpop.history.opening import Past
from screenpop.history.report_runs import ReportRuns
from screenpop.journal.base import Journal
from screenpop.journal.leases import Lease
from screenpop.node.mail import Mailer
from screenpop.node.parts import node_name
from screenpop.node.report_maker import ReportMaker
from screenpop.node.report_sending import ReportSender
from screenpop.node.reporting import Reporting
from screenpop.node.wallboard_frames import rule_of
from screenpop.support.clock import Clock
from screenpop.support.metrics import Metrics
from screenpop.wallboard.feed import WallboardFeed


def sender_of(loaded: Loaded) -> ReportSender:
    server = report_mail(loaded.config)
    mailer = None if server is None else Mailer(server)
    return ReportSender(folder=loaded.folder, mailer=mailer)


def reporting_of(
    loaded: Loaded,
    clock: Clock,
    journal: Journal,
    past: Past,
    archiver: Archiver,
    feed: WallboardFeed,
    metrics: Metrics,
) -> Reporting:
    privacy = loaded.config.privacy.of_agents
    maker = ReportMaker(loaded, past.counts(), lambda: rule_of(feed, privacy))
    return Reporting(
        reports=loaded.config.reports,
        runs=ReportRuns(past.database),
        maker=maker,
        sender=sender_of(loaded),
        journal=journal,
        archiver=archiver,
        lease=Lease(journal.leases, "reports", node_name(loaded.config), clock=clock),
        clock=clock,
        counts=metrics.reports,
    )
