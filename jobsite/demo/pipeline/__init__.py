"""The demo's pipeline: an ordinary DataJoint one, as a small lab of systems neuroscience would write it.

Two schemas, `lab_behavior` and `lab_ephys`. Nothing here knows that it is a demo: what fails, fails because
of the data.
"""
