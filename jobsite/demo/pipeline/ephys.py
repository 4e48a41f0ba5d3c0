"""What the probes recorded: schema `lab_ephys`."""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import datajoint as dj
import numpy as np

from jobsite.demo.pipeline import behavior
from jobsite.demo.pipeline.archive import Key, load_signal
from jobsite.demo.pipeline.computing import merge_clusters, refine, saturated_channels, spike_times, whiten

schema = dj.schema("lab_ephys")


@schema
class Probe(dj.Lookup):
    """A kind of probe."""

    definition = """
    probe: varchar(24)
    ---
    channels: smallint unsigned
    """
    contents = [("Neuropixels 1.0", 384), ("Neuropixels 2.0", 384), ("tetrode drive", 16)]


@schema
class SorterSettings(dj.Lookup):
    """How spikes are sorted."""

    definition = """
    settings_id: int
    ---
    threshold: float    # in standard deviations
    """
    contents = [(1, 4.0), (2, 5.5)]


@schema
class Recording(dj.Manual):
    """A probe in a session."""

    definition = """
    -> behavior.Session
    probe_number: tinyint unsigned
    ---
    -> Probe
    """


@schema
class RawSignal(dj.Imported):
    """The recorded signal, as it came from the file server."""

    definition = """
    -> Recording
    ---
    samples: int unsigned
    peak_uv: decimal(6,1)
    """

    def make(self, key: Key) -> None:
        """Read the file and note how long and how loud it is."""
        signal = load_signal(key)
        self.insert1({**key, "samples": signal.shape[1], "peak_uv": round(float(np.abs(signal).max()), 1)})


@schema
class LocalField(dj.Computed):
    """The slow part of the signal, whitened over channels."""

    definition = """
    -> RawSignal
    ---
    power: float
    """

    def make(self, key: Key) -> None:
        """Whiten and take the mean power."""
        self.insert1({**key, "power": float((whiten(load_signal(key)) ** 2).mean())})


@schema
class SpikeSorting(dj.Computed):
    """The spikes of a recording, sorted into units."""

    definition = """
    -> RawSignal
    -> SorterSettings
    ---
    unit_count: int unsigned
    """

    class Unit(dj.Part):
        """One unit: a channel with spikes of its own."""

        definition = """
        -> master
        unit: int unsigned
        ---
        spike_count: int unsigned
        """

    def make(self, key: Key) -> None:
        """Find spikes on every channel; a recording of too few good channels is refused."""
        signal, threshold = load_signal(key), (SorterSettings & key).fetch1("threshold")
        saturated = saturated_channels(signal)
        if saturated:
            raise ValueError(f"{len(saturated)} of {len(signal)} channels are saturated: {', '.join(saturated)}")
        found = spike_times(signal, threshold)
        self.insert1({**key, "unit_count": len(found)})
        self.Unit.insert({**key, "unit": unit, "spike_count": len(times)} for unit, times in enumerate(found))


@schema
class UnitTuning(dj.Computed):
    """How the units of a recording belong together, and what they answer to."""

    definition = """
    -> SpikeSorting
    ---
    clusters: int unsigned
    """

    def make(self, key: Key) -> None:
        """Merge units that are one."""
        counts = (SpikeSorting.Unit & key).fetch("spike_count", order_by="unit")
        self.insert1({**key, "clusters": merge_clusters([int(count) for count in counts])})


@schema
class DriftMap(dj.Computed):
    """How the brain moved along the probe; worth its hours only in long recordings."""

    definition = """
    -> RawSignal
    ---
    rounds: int unsigned
    """

    @property
    def key_source(self) -> dj.expression.QueryExpression:
        """Long recordings only."""
        return RawSignal & (behavior.Session & f"duration_min > {behavior.LONG_MIN}")

    def make(self, key: Key) -> None:
        """Estimate the drift round by round."""
        load_signal(key)
        rounds = refine(lambda: (RawSignal & key).fetch1("samples"))
        self.insert1({**key, "rounds": rounds})
