"""Right answers to exercise 15 that are not the reference's.

The naive loops and the matrix of columns of CS231n's convolutions, windows by `as_strided` and by
fancy indices as in numpy-ml and in tutorials, pooling with masks.
"""

from edunn.course.authoring import RightAnswer

CUT, PASTE = "cut", "paste"
CONV, CONV_BACK = "Conv2d.forward", "Conv2d.backward"
POOL, POOL_BACK = "MaxPool2d.forward", "MaxPool2d.backward"
FLATTEN, FLATTEN_BACK = "Flatten.forward", "Flatten.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops over the places",
        {
            CUT: """
                n, channels, height, width = x.shape
                rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
                windows = np.zeros((n, channels, rows, columns, size, size))
                for r in range(rows):
                    for c in range(columns):
                        top, left = r * stride, c * stride
                        windows[:, :, r, c] = x[:, :, top : top + size, left : left + size]
            """,
            PASTE: """
                for r in range(rows):
                    for c in range(columns):
                        for k in range(size):
                            for l in range(size):
                                x[:, :, r * stride + k, c * stride + l] += windows[:, :, r, c, k, l]
            """,
            CONV: """
                windows = cut(x, self.size, self.stride, self.padding)
                self.cache = windows, x.shape
                n, channels, rows, columns = windows.shape[:4]
                y = np.zeros((n, len(self.b.data), rows, columns))
                for o in range(len(self.b.data)):
                    for r in range(rows):
                        for c in range(columns):
                            product = windows[:, :, r, c] * self.w.data[o]
                            y[:, o, r, c] = product.sum(axis=(1, 2, 3)) + self.b.data[o]
            """,
            CONV_BACK: """
                windows, shape = self.cache
                dw, db = np.zeros(self.w.shape), np.zeros(self.b.shape)
                dwindows = np.zeros(windows.shape)
                n, channels, rows, columns = dy.shape
                for o in range(channels):
                    for r in range(rows):
                        for c in range(columns):
                            g = dy[:, o, r, c].reshape(n, 1, 1, 1)
                            db[o] += g.sum()
                            dw[o] += (g * windows[:, :, r, c]).sum(axis=0)
                            dwindows[:, :, r, c] += g * self.w.data[o]
                dx = paste(dwindows, shape, self.stride, self.padding)
            """,
            POOL: """
                windows = cut(x, self.size, self.stride, self.padding, -np.inf)
                self.cache = windows, x.shape
                y = np.zeros(windows.shape[:4])
                for place in np.ndindex(y.shape):
                    y[place] = np.max(windows[place])
            """,
            POOL_BACK: """
                windows, shape = self.cache
                dwindows = np.zeros(windows.shape)
                for place in np.ndindex(dy.shape):
                    best = np.unravel_index(np.argmax(windows[place]), windows[place].shape)
                    dwindows[place][best] = dy[place]
                dx = paste(dwindows, shape, self.stride, self.padding)
            """,
            FLATTEN: """
                self.cache = x.shape
                y = np.array([picture.ravel() for picture in x])
            """,
            FLATTEN_BACK: "dx = np.stack([row.reshape(self.cache[1:]) for row in dy])",
        },
    ),
    RightAnswer(
        "a matrix of columns",
        {
            CUT: """
                s = x.strides
                rows = 1 + (x.shape[2] - size) // stride
                columns = 1 + (x.shape[3] - size) // stride
                windows = np.lib.stride_tricks.as_strided(
                    x,
                    shape=(x.shape[0], x.shape[1], rows, columns, size, size),
                    strides=(s[0], s[1], s[2] * stride, s[3] * stride, s[2], s[3]),
                )
            """,
            PASTE: """
                for k in range(size):
                    for l in range(size):
                        bottom, right = k + stride * rows, l + stride * columns
                        x[:, :, k:bottom:stride, l:right:stride] += windows[..., k, l]
            """,
            CONV: """
                windows = cut(x, self.size, self.stride, self.padding)
                n, channels, rows, columns, _, _ = windows.shape
                matrix = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1)
                out = matrix @ self.w.data.reshape(len(self.w.data), -1).T + self.b.data
                self.cache = x.shape, matrix, (rows, columns)
                y = out.reshape(n, rows, columns, -1).transpose(0, 3, 1, 2)
            """,
            CONV_BACK: """
                shape, matrix, (rows, columns) = self.cache
                w = self.w.data
                d = dy.transpose(0, 2, 3, 1).reshape(-1, len(w))
                db = d.sum(axis=0)
                dw = (d.T @ matrix).reshape(w.shape)
                dmatrix = d @ w.reshape(len(w), -1)
                dwindows = dmatrix.reshape(shape[0], rows, columns, *w.shape[1:])
                dwindows = dwindows.transpose(0, 3, 1, 2, 4, 5)
                dx = paste(dwindows, shape, self.stride, self.padding)
            """,
        },
    ),
    RightAnswer(
        "tensordot, indices of the winners",
        {
            CUT: """
                view = np.lib.stride_tricks.sliding_window_view
                windows = view(x, (1, 1, size, size))[:, :, ::stride, ::stride, 0, 0]
            """,
            CONV: """
                windows = cut(x, self.size, stride=self.stride, padding=self.padding)
                self.cache = {"windows": windows, "shape": x.shape}
                y = np.tensordot(windows, self.w.data, axes=([1, 4, 5], [1, 2, 3]))
                y = np.moveaxis(y, -1, 1) + self.b.data.reshape(1, -1, 1, 1)
            """,
            CONV_BACK: """
                windows, shape = self.cache["windows"], self.cache["shape"]
                db = dy.sum(axis=3).sum(axis=2).sum(axis=0)
                dw = np.tensordot(dy, windows, axes=([0, 2, 3], [0, 2, 3]))
                dwindows = np.tensordot(dy, self.w.data, axes=(1, 0)).transpose(0, 3, 1, 2, 4, 5)
                dx = paste(dwindows, shape, self.stride, self.padding)
            """,
            POOL: """
                windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
                flat = windows.reshape(windows.shape[:4] + (-1,))
                best = flat.argmax(axis=4)
                self.cache = x.shape, best
                y = np.take_along_axis(flat, best[..., np.newaxis], axis=4).squeeze(4)
            """,
            POOL_BACK: """
                shape, best = self.cache
                flat = np.zeros((*dy.shape, self.size**2))
                np.put_along_axis(flat, best[..., None], dy[..., None], axis=-1)
                dwindows = flat.reshape(*dy.shape, self.size, self.size)
                dx = paste(dwindows, shape, self.stride, self.padding)
            """,
            FLATTEN: """
                self.cache = x.shape
                y = np.reshape(x, (x.shape[0], np.prod(x.shape[1:], dtype=int)))
            """,
            FLATTEN_BACK: "dx = np.reshape(dy, self.cache)",
        },
    ),
    RightAnswer(
        "fancy indices",
        {
            CUT: """
                top = np.arange(0, x.shape[2] - size + 1, stride)
                left = np.arange(0, x.shape[3] - size + 1, stride)
                inside = np.arange(size)
                r = (top[:, None] + inside)[:, None, :, None]
                c = (left[:, None] + inside)[None, :, None, :]
                windows = x[:, :, r, c]
            """,
            PASTE: """
                r = (np.arange(rows)[:, None] * stride + np.arange(size))[:, None, :, None]
                c = (np.arange(columns)[:, None] * stride + np.arange(size))[None, :, None, :]
                np.add.at(x, (slice(None), slice(None), r, c), windows)
            """,
            POOL: """
                windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
                y = windows.max(axis=(-2, -1))
                hit = (windows == y[..., None, None]).reshape(*y.shape, -1)
                first = hit & (np.cumsum(hit, axis=-1) == 1)
                self.cache = x.shape, first.reshape(windows.shape)
            """,
            POOL_BACK: """
                shape, first = self.cache
                dwindows = np.where(first, dy[..., None, None], 0.0)
                dx = paste(dwindows, shape, self.stride, self.padding)
            """,
            FLATTEN: "self.cache = (x,)\ny = x.copy().reshape((len(x), x.size // len(x)))",
            FLATTEN_BACK: "(x,) = self.cache\ndx = np.zeros_like(x)\ndx[...] = dy.reshape(x.shape)",
        },
    ),
    RightAnswer(
        "picture by picture, with helpers above",
        {
            PASTE: """
                for r, top in enumerate(range(0, rows * stride, stride)):
                    for c, left in enumerate(range(0, columns * stride, stride)):
                        add_window(x, windows[:, :, r, c], top, left)
            """,
            CONV: """
                windows = cut(x, self.size, self.stride, self.padding)
                self.cache = (x.shape, windows)
                y = np.stack([maps(one, self.w.data, self.b.data) for one in windows])
            """,
            CONV_BACK: """
                shape, windows = self.cache
                db = np.array([dy[:, o].sum() for o in range(dy.shape[1])])
                dw = sum(np.einsum("orc,irckl->oikl", g, one) for g, one in zip(dy, windows))
                dwindows = np.array([np.einsum("orc,oikl->irckl", g, self.w.data) for g in dy])
                dx = paste(dwindows, shape, self.stride, self.padding)
            """,
        },
        above="""
            def add_window(x, window, top, left):
                bottom, right = top + window.shape[-2], left + window.shape[-1]
                x[..., top:bottom, left:right] += window


            def maps(windows, w, b):
                return np.einsum("irckl,oikl->orc", windows, w) + b[:, None, None]
        """,
    ),
    RightAnswer(
        "scipy's correlations, channel by channel",
        {
            CONV: """
                self.cache = x.shape, cut(x, self.size, self.stride, self.padding)
                p, s = self.padding, self.stride
                wide = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
                y = []
                for picture in wide:
                    maps = []
                    for kernel, b in zip(self.w.data, self.b.data):
                        one = sum(correlate2d(c, k, "valid") for c, k in zip(picture, kernel))
                        maps.append(one[::s, ::s] + b)
                    y.append(maps)
                y = np.array(y)
            """,
        },
        above="from scipy.signal import correlate2d",
    ),
    RightAnswer(
        "float64, names of its own",
        {
            CUT: """
                every = np.lib.stride_tricks.sliding_window_view(x, size, axis=2)
                every = np.lib.stride_tricks.sliding_window_view(every, size, axis=3)
                windows = every[:, :, ::stride, ::stride].copy()
            """,
            CONV: """
                picked = cut(x.astype(np.float64), self.size, self.stride, self.padding)
                self.cache = picked, x.shape
                y = np.einsum("abcdef,gbef->agcd", picked, self.w.data)
                y = y + self.b.data[None, :, None, None]
            """,
            CONV_BACK: """
                picked, shape = self.cache
                db = np.einsum("agcd->g", dy)
                dw = np.einsum("agcd,abcdef->gbef", dy, picked)
                dpicked = np.einsum("agcd,gbef->abcdef", dy, self.w.data)
                dx = paste(dpicked, shape, self.stride, self.padding)
            """,
            POOL: """
                picked = cut(x.astype(np.float64), self.size, self.stride, self.padding, -np.inf)
                y = np.amax(picked, axis=(4, 5))
                best = np.argmax(picked.reshape(*y.shape, self.size * self.size), axis=-1)
                one_hot = np.eye(self.size * self.size)[best]
                self.cache = one_hot, x.shape
            """,
            POOL_BACK: """
                one_hot, shape = self.cache
                flat = np.einsum("abcd,abcde->abcde", dy, one_hot)
                dx = paste(flat.reshape(*dy.shape, self.size, -1), shape, self.stride, self.padding)
            """,
        },
    ),
]
