"""What the tests ask of a report."""

import io

from verifier.verify import verify


def check(data, trust):
    return verify(io.BytesIO(data), "bundle.zip", trust)


def failing(report):
    return {(step.number, finding.code) for step in report.steps for finding in step.findings if finding.fails}


def named(report):
    return " ".join(f"{finding.object} {finding.what}" for step in report.steps for finding in step.findings if finding.fails)
