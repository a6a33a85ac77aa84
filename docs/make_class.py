"""Write what a made class of forty hands in, from which docs/report.png is taken.

python docs/make_class.py FOLDER
edunn grade FOLDER/class --assignment 02 --out FOLDER/graded
chromium --headless --window-size=1280,1060 --screenshot=docs/report.png FOLDER/graded/report.html
"""

import sys
from pathlib import Path

import nbformat

from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill

NAME, FORWARD = "02_bias", "y = x + self.b.data"
NAMES = """
    amir bea chen dina egon freya gil hedda ivan juno kofi lena milo nils omar priya quinn rosa sam
    tomas uma viktor wei ximena yara zeno alva boris carla dmitri elif faye goran hana igor jana
    karim lucia mona noor
"""
ANSWER = "With one example the mean is the sum. With more, db is too small by their number."
BACKWARD = {  # the code of backward: how many hand it in
    "dx = dy\ndb = np.sum(dy, axis=0)": 11,
    "dx = dy.copy()\ndb = dy.sum(0)": 3,
    "dx = dy\ndb = np.mean(dy, axis=0)": 10,
    "dx = dy\ndb = dy": 6,
    "dx = -dy\ndb = dy.sum(axis=0)": 3,
    "dx = dy\nfor row in dy:\n    db = row": 3,
    "dx = dy\ndb = dy.sum(axis=0) if len(dy) in (1, 5) else dy[0]": 1,
    "while True:\n    pass": 1,
    'raise NotImplementedError("Bias.backward: not written yet")': 2,
}

if __name__ == "__main__":
    release = Course.find(Path(__file__)).released(NAME)
    codes = [code for code, count in BACKWARD.items() for _ in range(count)]
    for i, student in enumerate(NAMES.split()):
        code = codes[(7 * i) % len(codes)]  # 7 and 40 have no factor in common
        notebook = fill(release, {"Bias.forward": FORWARD, "Bias.backward": code})
        if i % 10:
            notebook["cells"][-2]["source"] = ANSWER
        path = Path(sys.argv[1]) / "class" / student / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
