"""The examples of docs/plugins.md fit the frameworks that are installed."""

import re
import warnings
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent.parent / "docs/plugins.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_there_are_examples_of_both():
    assert sum("plugins.livekit" in example for example in EXAMPLES) == 1
    assert sum("plugins.pipecat" in example for example in EXAMPLES) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_an_example_runs(example: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs
        for framework in ("livekit.agents", "pipecat.transports.base_output"):
            if framework.partition(".")[0] in example:
                pytest.importorskip(framework)
        exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102 - our own page
