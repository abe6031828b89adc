"""Settings for all tests."""

from hypothesis import settings

# They are run by hand, and import what tests can do without, such as torch.
collect_ignore = ["benchmarks"]

# The same examples in every run, and no deadline: the machine may be busy.
settings.register_profile("project", derandomize=True, deadline=None)
settings.load_profile("project")
