"""Right answers to exercise 4 that are not the reference's.

Formulas as they stand in public course solutions and tutorials: the two masks of a stable sigmoid
(CS231n's recurrent layers), `scipy.special.expit`, half a tanh, clipped exponents.
"""

from edunn.course.authoring import RightAnswer

RELU, RELU_BACK = "ReLU.forward", "ReLU.backward"
SIGMOID, SIGMOID_BACK = "Sigmoid.forward", "Sigmoid.backward"
TANH, TANH_BACK = "Tanh.forward", "Tanh.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "masks",
        {
            RELU: "self.cache = x\ny = x.copy()\ny[y < 0] = 0",
            RELU_BACK: "dx = np.array(dy)\ndx[self.cache <= 0] = 0",
            SIGMOID: """
                positive = x >= 0
                z = np.zeros_like(x)
                z[positive] = np.exp(-x[positive])
                z[~positive] = np.exp(x[~positive])
                top = np.ones_like(x)
                top[~positive] = z[~positive]
                y = top / (1 + z)
                self.cache = y
            """,
            SIGMOID_BACK: "s = self.cache\ndx = s * (1 - s) * dy",
            TANH: "y = np.tanh(x)\nself.cache = 1 - y * y",
            TANH_BACK: "dx = self.cache * dy",
        },
    ),
    RightAnswer(
        "loops over all places",
        {
            RELU: """
                self.cache = x
                y = np.zeros(x.shape)
                for place in np.ndindex(x.shape):
                    if x[place] > 0:
                        y[place] = x[place]
            """,
            RELU_BACK: """
                dx = np.zeros(dy.shape)
                for place in np.ndindex(dy.shape):
                    dx[place] = dy[place] if self.cache[place] > 0 else 0.0
            """,
            SIGMOID: """
                y = np.empty(x.shape)
                for place in np.ndindex(*x.shape):
                    y[place] = one_sigmoid(float(x[place]))
                self.cache = y
            """,
            TANH: """
                y = np.array([math.tanh(number) for number in x.ravel()]).reshape(x.shape)
                self.cache = (y,)
            """,
            TANH_BACK: "(y,) = self.cache\ndx = dy * (1 - y) * (1 + y)",
        },
        above="""
            import math


            def one_sigmoid(number):
                if number < 0:
                    return 1 - one_sigmoid(-number)
                return 1 / (1 + math.exp(-number))
        """,
    ),
    RightAnswer(
        "where and clip",
        {
            RELU: "y = np.where(x > 0, x, 0)\nself.cache = y",
            RELU_BACK: "dx = np.where(self.cache > 0, dy, 0.0)",
            SIGMOID: "y = 1 / (1 + np.exp(-np.clip(x, -500, 500)))\nself.cache = y",
            SIGMOID_BACK: "y = self.cache\ndx = dy * (y - y**2)",
            TANH: """
                e = np.exp(-2 * np.abs(x))
                y = np.where(x < 0, -1, 1) * (1 - e) / (1 + e)
                self.cache = y
            """,
            TANH_BACK: "dx = dy - dy * np.square(self.cache)",
        },
    ),
    RightAnswer(
        "scipy",
        {
            SIGMOID: "y = expit(x)\nself.cache = y",
            TANH: "y = 2 * expit(2 * x) - 1\nself.cache = x",
            TANH_BACK: "dx = dy * 4 * expit(2 * self.cache) * expit(-2 * self.cache)",
        },
        above="from scipy.special import expit",
    ),
    RightAnswer(
        "other formulas",
        {
            RELU: "self.cache = np.heaviside(x, 0)\ny = (x + np.abs(x)) / 2",
            RELU_BACK: "dx = np.multiply(self.cache, dy)",
            SIGMOID: "y = 0.5 * (np.tanh(x / 2) + 1)\nself.cache = x",
            SIGMOID_BACK: "t = np.tanh(self.cache / 2)\ndx = dy * (1 - t**2) / 4",
            TANH: "self.cache = x\ny = np.tanh(x)",
            TANH_BACK: "dx = dy * (1 - np.tanh(self.cache) ** 2)",
        },
    ),
    RightAnswer(
        "logaddexp, and a product with the mask",
        {
            RELU: "mask = (x > 0).astype(int)\nself.cache = {'mask': mask}\ny = mask * x",
            RELU_BACK: "dx = self.cache['mask'] * dy",
            SIGMOID: "y = np.exp(-np.logaddexp(0, -x))\nself.cache = {'y': y}",
            SIGMOID_BACK: "dx = np.prod([dy, self.cache['y'], 1 - self.cache['y']], axis=0)",
        },
    ),
    RightAnswer(
        "helpers above the class",
        {
            RELU: "self.cache = x\ny = np.vectorize(larger, otypes=[float])(x, 0.0)",
            RELU_BACK: "dx = dy * (np.sign(self.cache) == 1)",
        },
        above="""
            def larger(a, b):
                return max(a, b)
        """,
    ),
    RightAnswer(
        "float64, into arrays made before",
        {
            RELU: """
                self.cache = x.astype(np.float64)
                y = np.empty_like(self.cache)
                np.clip(self.cache, 0, np.inf, out=y)
            """,
            RELU_BACK: """
                dx = np.zeros_like(self.cache)
                dx[self.cache > 0] = dy[self.cache > 0]
            """,
            SIGMOID: """
                y = np.empty(x.shape)
                small = x < 0
                y[small] = np.exp(x[small]) / (1 + np.exp(x[small]))
                y[~small] = 1 / (1 + np.exp(-x[~small]))
                self.cache = y
            """,
            TANH: "y = np.zeros(x.shape, float)\ny[:] = np.tanh(x)\nself.cache = y",
            TANH_BACK: "dx = np.zeros_like(dy)\ndx += dy\ndx -= dy * self.cache**2",
        },
    ),
]
