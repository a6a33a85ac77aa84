"""Write five reports of the checks as HTML, from which docs/reports/*.png are taken.

python docs/make_reports.py FOLDER
chromium --headless --window-size=760,560 --screenshot=docs/reports/NAME.png FOLDER/NAME.html
"""

import sys
from pathlib import Path

import numpy as np

import edunn as nn
from edunn.checking.report import Report
from edunn.checking.suite import examine_layer


class LinearTransposed(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": dy.T @ self.cache}


class LinearLastExample(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": np.outer(self.cache[-1], dy[-1])}


class BiasMean(nn.Bias):
    def backward(self, dy):
        return dy, {"b": dy.mean(axis=0)}


class SoftmaxDiagonal(nn.Softmax):
    def backward(self, dy):
        return dy * self.cache * (1 - self.cache), {}


class ReLUInPlace(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        x[x < 0] = 0
        return x


x = np.random.default_rng(0).normal(size=(5, 4))
REPORTS = {
    "transposed": (LinearTransposed(4, 3), nn.Linear(4, 3)),
    "last_example": (LinearLastExample(4, 3), nn.Linear(4, 3)),
    "mean": (BiasMean(4), nn.Bias(4)),
    "diagonal": (SoftmaxDiagonal(), nn.Softmax()),
    "in_place": (ReLUInPlace(), nn.ReLU()),
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (layer, reference) in REPORTS.items():
        type(layer).__name__ = type(reference).__name__  # what a student's class is called
        findings, checked, calls = examine_layer(layer, (x,), reference)
        report = Report(type(reference).__name__, checked, findings, calls=calls)
        body = report._repr_html_().replace("<details>", "<details open>", 1)
        style = "<style>body{font:16px system-ui,sans-serif;margin:1.5em}</style>"
        page = f"<!doctype html><meta charset='utf-8'>{style}{body}"
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
        print(report, end="\n\n")
