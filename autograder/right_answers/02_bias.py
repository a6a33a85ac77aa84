"""Right answers to exercise 2 that are not the reference's."""

from edunn.course.authoring import RightAnswer

FORWARD, BACKWARD = "Bias.forward", "Bias.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops, feature by feature",
        {
            FORWARD: """
                y = np.zeros(x.shape)
                for i in range(x.shape[0]):
                    for j in range(x.shape[1]):
                        y[i, j] = x[i, j] + self.b.data[j]
            """,
            BACKWARD: """
                dx = np.zeros_like(dy)
                db = np.zeros(dy.shape[1])
                for i, row in enumerate(dy):
                    dx[i] = row
                    for j, number in enumerate(row):
                        db[j] += number
            """,
        },
    ),
    RightAnswer(
        "einsum",
        {
            FORWARD: "y = np.add(self.b.data, x)",
            BACKWARD: "dx, db = dy.copy(), np.einsum('ij->j', dy)",
        },
    ),
    RightAnswer(
        "a product with ones",
        {
            FORWARD: "y = x + np.ones((len(x), 1)) @ self.b.data[None, :]",
            BACKWARD: "dx = 1 * dy\ndb = np.ones(len(dy)) @ dy",
        },
    ),
    RightAnswer(
        "into a new array, in place",
        {
            FORWARD: "y = np.empty_like(x)\ny[:] = x\ny += self.b.data",
            BACKWARD: "dx = dy\ndb = np.zeros_like(self.b.data)\ndb[:] = dy.sum(0)",
        },
    ),
    RightAnswer(
        "lists",
        {
            FORWARD: """
                b = list(self.b.data)
                y = np.array([[number + b[j] for j, number in enumerate(row)] for row in x])
            """,
            BACKWARD: "dx = dy\ndb = np.array([sum(column) for column in dy.T])",
        },
    ),
    RightAnswer(
        "helpers above the class",
        {
            FORWARD: "y = add_to_rows(x, self.b.data)",
            BACKWARD: "dx, db = dy, over_rows(dy)",
        },
        above="""
            def add_to_rows(x, b):
                return x + b.reshape(1, -1)


            def over_rows(dy):
                return dy[0] + over_rows(dy[1:]) if len(dy) > 1 else dy[0]
        """,
    ),
    RightAnswer(
        "float64, turned around",
        {
            FORWARD: "y = (x.T.astype(np.float64) + self.b.data[:, None]).T",
            BACKWARD: "dx = dy\ndb = np.add.reduce(dy, axis=-2, dtype=float)",
        },
    ),
]
