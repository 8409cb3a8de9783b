"""Body sessions with their intervals and states, devices, and what each box has reported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.kernel.columns import Flag, Key, Moment, Real, Text, Whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STRICT = {"sqlite_strict": True}
_CLUSTERED = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    """Make the first tables; they repeat the modules' own on purpose: a step never changes again."""
    op.create_table(
        "body_sessions",
        sa.Column("key", Key, primary_key=True),
        sa.Column("body_session_id", Text, nullable=False),
        sa.Column("box_id", Text, nullable=False),
        sa.Column("protocol", Text),
        sa.Column("sensor_id", Text),
        sa.Column("is_simulated", Flag),
        sa.Column("state", Text),
        sa.Column("started_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("beats", Whole),
        sa.Column("duration_s", Real),
        sa.Column("mean_hr_bpm", Real),
        sa.Column("rmssd_ms", Real),
        sa.Column("sdnn_ms", Real),
        sa.Column("pnn50", Real),
        sa.Column("coherence", Real),
        sa.Column("breath_rate_bpm", Real),
        sa.Column("quality", Real),
        sa.UniqueConstraint("body_session_id", name="uq_body_sessions_body_session_id"),
        **_STRICT,
    )
    op.create_index("ix_body_sessions_started_at_key", "body_sessions", ["started_at", "key"])
    op.create_table(
        "body_intervals",
        _session_key("body_intervals"),
        sa.Column("number", Whole, primary_key=True),
        sa.Column("time_s", Real, nullable=False),
        sa.Column("raw_ms", Real, nullable=False),
        sa.Column("rr_ms", Real, nullable=False),
        sa.Column("kind", Text, nullable=False),
        **_CLUSTERED,
    )
    op.create_table(
        "body_states",
        _session_key("body_states"),
        sa.Column("number", Whole, primary_key=True),
        sa.Column("time_s", Real, nullable=False),
        sa.Column("heart_rate_bpm", Real),
        sa.Column("rmssd_ms", Real),
        sa.Column("coherence", Real),
        sa.Column("breath_rate_bpm", Real),
        sa.Column("quality", Real, nullable=False),
        **_CLUSTERED,
    )
    op.create_table(
        "devices",
        sa.Column("box_id", Text, primary_key=True),
        sa.Column("device_id", Text, primary_key=True),
        sa.Column("kind", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("is_simulated", Flag, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        **_CLUSTERED,
    )
    op.create_table(
        "report_marks",
        sa.Column("box_id", Text, primary_key=True),
        sa.Column("stream", Text, primary_key=True),
        sa.Column("next_sequence", Key, nullable=False),
        sa.Column("reported_at", Moment, nullable=False),
        **_CLUSTERED,
    )
    op.create_table(
        "report_rejections",
        sa.Column("box_id", Text, primary_key=True),
        sa.Column("stream", Text, primary_key=True),
        sa.Column("sequence", Key, primary_key=True),
        sa.Column("reason", Text, nullable=False),
        sa.Column("rejected_at", Moment, nullable=False),
        **_CLUSTERED,
    )


def downgrade() -> None:
    """Take every table away, those that lean on others first."""
    for name in (
        "report_rejections",
        "report_marks",
        "devices",
        "body_states",
        "body_intervals",
        "body_sessions",
    ):
        op.drop_table(name)


def _session_key(table: str) -> sa.Column[int]:
    return sa.Column(
        "session_key",
        Key,
        sa.ForeignKey("body_sessions.key", ondelete="CASCADE", name=f"fk_{table}_session_key_body_sessions"),
        primary_key=True,
    )
