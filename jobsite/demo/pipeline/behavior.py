"""Animals, sessions and what the animals did: schema `lab_behavior`."""

# DataJoint is published without types.
# mypy: allow-subclassing-any, disable-error-code="operator"

import datajoint as dj

from jobsite.demo.pipeline.archive import Key, read_trials
from jobsite.demo.pipeline.computing import FitError, fit_psychometric, infer_pose, refine

schema = dj.schema("lab_behavior")
LOWEST_WEIGHT = 0.8
LONG_MIN = 90


@schema
class Subject(dj.Manual):
    """An animal."""

    definition = """
    subject: varchar(12)
    ---
    sex: enum("F", "M", "U")
    born_on: date
    baseline_g: decimal(4,1)
    """


@schema
class Weighing(dj.Manual):
    """An animal's weight on a day."""

    definition = """
    -> Subject
    weighed_on: date
    ---
    weight_g: decimal(4,1)
    """


@schema
class Session(dj.Manual):
    """An animal on a rig."""

    definition = """
    -> Subject
    session_start: datetime
    ---
    rig: varchar(16)
    duration_min: smallint unsigned
    """


@schema
class PoseModel(dj.Lookup):
    """A trained network that finds body parts in a video."""

    definition = """
    model_id: uuid
    ---
    model_name: varchar(40)
    memory_gib: decimal(4,1)
    """


@schema
class BodyCondition(dj.Computed):
    """Is the animal heavy enough to go on?"""

    definition = """
    -> Weighing
    ---
    of_baseline: decimal(4,3)
    """

    def make(self, key: Key) -> None:
        """Compare the weight with the animal's own baseline."""
        weight, baseline = (Weighing * Subject & key).fetch1("weight_g", "baseline_g")
        share = round(weight / baseline, 3)
        if share < LOWEST_WEIGHT:
            raise ValueError(f"{key['subject']} weighs {share:.0%} of its baseline: see the vet")
        self.insert1({**key, "of_baseline": share})


@schema
class Trials(dj.Imported):
    """The trials of a session, as the rig wrote them."""

    definition = """
    -> Session
    ---
    trial_count: int unsigned
    """

    class Trial(dj.Part):
        """One trial."""

        definition = """
        -> master
        trial: int unsigned
        ---
        stimulus: varchar(40)
        contrast: float
        correct: bool
        """

    def make(self, key: Key) -> None:
        """Read the rig's file. A stimulus that nobody named in English stops the import."""
        rows = read_trials(key)
        for line, row in enumerate(rows, start=2):
            if not row["stimulus"].isascii():
                raise ValueError(
                    f"trials.csv, line {line}: unknown stimulus „{row['stimulus']}“ — English only, s'il vous plaît 🐭"
                )
        self.insert1({**key, "trial_count": len(rows)})
        self.Trial.insert({**key, "trial": number, **row} for number, row in enumerate(rows))


@schema
class PsychometricFit(dj.Computed):
    """How does the animal's choice depend on contrast? Fitted outside of any transaction."""

    definition = """
    -> Trials
    ---
    threshold: float
    slope: float
    """

    def make_fetch(self, key: Key) -> tuple[list[float], list[bool]]:
        """Fetch contrasts and outcomes."""
        contrast, correct = (Trials.Trial & key).fetch("contrast", "correct")
        return [float(value) for value in contrast], [bool(value) for value in correct]

    def make_compute(self, key: Key, contrast: list[float], correct: list[bool]) -> tuple[float, float]:
        """Fit; a session without a single error cannot be fitted."""
        try:
            return fit_psychometric(contrast, correct)
        except ZeroDivisionError as error:
            raise FitError(f"no threshold for {key['subject']}: all {len(correct)} trials are correct") from error

    def make_insert(self, key: Key, threshold: float, slope: float) -> None:
        """Insert what was fitted."""
        self.insert1({**key, "threshold": threshold, "slope": slope})


@schema
class TrainingProgress(dj.Computed):
    """How much has an animal been trained so far?"""

    definition = """
    -> Subject
    ---
    sessions: int unsigned
    minutes: int unsigned
    """

    def make(self, key: Key) -> None:
        """Count the sessions and add up how long they were."""
        minutes = (Session & key).fetch("duration_min")
        self.insert1({**key, "sessions": len(minutes), "minutes": int(sum(minutes))})


@schema
class Pose(dj.Computed):
    """The body parts in a session's video, by one of the networks."""

    definition = """
    -> Session
    -> PoseModel
    ---
    frames: int unsigned
    """

    def make(self, key: Key) -> None:
        """Run the network over the video; the long ones take hours, for the lab has one GPU."""
        duration_min, memory_gib = (Session * PoseModel & key).fetch1("duration_min", "memory_gib")
        frames = infer_pose(duration_min, float(memory_gib))
        if duration_min > LONG_MIN:
            refine(lambda: (Session & key).fetch1("duration_min"))
        self.insert1({**key, "frames": frames})
