"""What a lab writes that has no Jobsite: a script that runs DataJoint's own populate."""

from observing import Observed

if __name__ == "__main__":
    Observed.populate("run = 'datajoint'", reserve_jobs=True)
