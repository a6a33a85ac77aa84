"""Right answers to exercise 16 that are not the reference's.

A topological order as micrograd and its kin have it, but without recursion; gradients kept in dicts
by `id` or by `get`; broadcasting undone as in public autograd engines.
"""

from edunn.course.authoring import RightAnswer

SUM_TO, MULTIPLY, MATMUL, SUM = "sum_to", "Multiply.backward", "MatMul.backward", "Sum.backward"
RECORD, TAPE, BACKWARD, BY_HAND = "record", "tape", "backward", "by_hand"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops and lists",
        {
            SUM_TO: """
                dx = dy
                while dx.ndim > len(shape):
                    dx = dx.sum(axis=0)
                for axis in range(len(shape)):
                    if shape[axis] == 1:
                        dx = dx.sum(axis=axis, keepdims=True)
            """,
            MATMUL: """
                da, db = np.zeros(a.shape), np.zeros(b.shape)
                for i in range(a.shape[0]):
                    for j in range(b.shape[1]):
                        da[i] += dy[i, j] * b[:, j]
                        db[:, j] += dy[i, j] * a[i]
            """,
            SUM: """
                dx = np.zeros(shape)
                for place in np.ndindex(shape):
                    dx[place] = dy
            """,
            RECORD: """
                arrays = []
                for x in inputs:
                    arrays.append(x.data)
                y = module.forward(*arrays)
                step = Step(module, module.cache, inputs)
                result = Tensor(y, step)
            """,
            TAPE: """
                pending, seen, tensors = [tensor], set(), []
                while len(pending) > 0:
                    one = pending.pop(0)
                    if one in seen:
                        continue
                    seen.add(one)
                    tensors.append(one)
                    if one.step is not None:
                        for x in one.step.inputs:
                            if x not in seen:
                                pending.append(x)
                tensors.sort(key=lambda t: -t.time)
            """,
            BACKWARD: """
                arrived = {tensor: dy}
                for one in tape(tensor):
                    g = arrived[one]
                    if one.step is None:
                        if one.grad is None:
                            one.grad = g
                        else:
                            one.grad = one.grad + g
                    else:
                        for x, dx in one.step.backward(g):
                            if x in arrived:
                                arrived[x] = arrived[x] + dx
                            else:
                                arrived[x] = dx
            """,
            BY_HAND: """
                de = 2 * e
                dv = np.zeros(v.shape)
                dw, db = np.zeros(w.shape), np.zeros(b.shape)
                for n in range(len(x)):
                    dv += np.outer(r[n], de[n])
                    dh = (v @ de[n]) * (h[n] > 0)
                    dw += np.outer(x[n], dh)
                    db += dh
            """,
        },
    ),
    RightAnswer(
        "einsum, a tuple of axes",
        {
            SUM_TO: """
                padded = (1,) * (dy.ndim - len(shape)) + tuple(shape)
                axes = tuple(i for i, size in enumerate(padded) if size == 1)
                dx = dy.sum(axis=axes).reshape(shape)
            """,
            MULTIPLY: """
                da = sum_to(np.multiply(b, dy), np.shape(a))
                db = sum_to(np.multiply(a, dy), np.shape(b))
            """,
            MATMUL: "da, db = np.einsum('nm,km->nk', dy, b), np.einsum('nk,nm->km', a, dy)",
            SUM: "dx = np.ones(shape) * dy",
            BY_HAND: """
                dh = np.einsum("no,ho->nh", 2 * e, v) * np.sign(r)
                dv = np.einsum("nh,no->ho", r, 2 * e)
                dw = np.einsum("ni,nh->ih", x, dh)
                db = np.einsum("nh->h", dh)
            """,
        },
    ),
    RightAnswer(
        "dicts by id, get and setdefault",
        {
            RECORD: """
                result = Tensor(module.forward(*(x.data for x in inputs)))
                result.step = Step(module=module, cache=module.cache, inputs=inputs)
            """,
            TAPE: """
                found = {id(tensor): tensor}
                pending = [tensor]
                while pending:
                    one = pending.pop()
                    if one.step is not None:
                        for x in one.step.inputs:
                            if id(x) not in found:
                                found[id(x)] = x
                                pending.append(x)
                tensors = sorted(found.values(), key=lambda one: one.time)[::-1]
            """,
            BACKWARD: """
                waiting = {id(tensor): [dy]}
                for one in tape(tensor):
                    total = sum(waiting.pop(id(one)))
                    if one.step is None:
                        one.grad = total if one.grad is None else np.add(one.grad, total)
                    else:
                        for x, dx in one.step.backward(total):
                            waiting.setdefault(id(x), []).append(dx)
            """,
        },
    ),
    RightAnswer(
        "a heap of what is pending, the latest first",
        {
            TAPE: """
                pending, seen, tensors = [(-tensor.time, tensor)], {tensor}, []
                while pending:
                    _, latest = heapq.heappop(pending)
                    tensors.append(latest)
                    for x in latest.step.inputs if latest.step is not None else ():
                        if x not in seen:
                            seen.add(x)
                            heapq.heappush(pending, (-x.time, x))
            """,
        },
        above="import heapq",
    ),
    RightAnswer(
        "helpers above, a queue",
        {
            RECORD: """
                result = Tensor(module.forward(*arrays_of(inputs)), None)
                result.step = Step(module, module.cache, list(inputs))
            """,
            BACKWARD: """
                dys = defaultdict(float)
                dys[tensor] = dy
                for one in tape(tensor):
                    if one.step:
                        for x, dx in one.step.backward(dys[one]):
                            dys[x] = dys[x] + dx
                    else:
                        one.grad = dys[one] if one.grad is None else one.grad + dys[one]
            """,
        },
        above="""
            from collections import defaultdict


            def arrays_of(tensors):
                return [one.data for one in tensors]
        """,
    ),
    RightAnswer(
        "recursion over axes, where the shapes differ",
        {
            SUM_TO: """
                if dy.ndim > len(shape):
                    return sum_to(dy.sum(0), shape)
                dx = dy
                for axis, (have, want) in enumerate(zip(dy.shape, shape)):
                    if have != want:
                        return sum_to(dy.sum(axis, keepdims=True), shape)
            """,
            MULTIPLY: "da, db = (sum_to(dy * other, own.shape) for own, other in ((a, b), (b, a)))",
            MATMUL: "da = np.dot(b, dy.T).T\ndb = np.dot(dy.T, a).T",
            SUM: "dx = np.broadcast_to(dy, shape).copy()",
            BY_HAND: """
                dh = np.where(h > 0, 2 * e @ v.T, 0)
                dw, db, dv = x.T.dot(dh), dh.sum(0), 2 * r.T.dot(e)
            """,
        },
    ),
    RightAnswer(
        "in place in arrays of its own, float64",
        {
            SUM_TO: """
                dx = np.zeros(shape, dtype=np.float64)
                for place in np.ndindex(dy.shape):
                    last = place[dy.ndim - len(shape) :]
                    dx[tuple(k if size > 1 else 0 for k, size in zip(last, shape))] += dy[place]
            """,
            SUM: "dx = np.empty(shape)\ndx[...] = dy",
            TAPE: """
                tensors, seen, pending = [], {tensor}, deque([tensor])
                while pending:
                    one = pending.popleft()
                    tensors.append(one)
                    new = [] if one.step is None else [x for x in one.step.inputs if x not in seen]
                    seen.update(new)
                    pending.extend(dict.fromkeys(new))
                order = np.argsort([-one.time for one in tensors])
                tensors = [tensors[k] for k in order]
            """,
            BACKWARD: """
                totals = {tensor: np.array(dy, dtype=np.float64)}
                for one in tape(tensor):
                    if one.step is None:
                        old = 0.0 if one.grad is None else one.grad
                        one.grad = old + totals[one]
                        continue
                    for x, dx in one.step.backward(totals[one]):
                        if x not in totals:
                            totals[x] = np.zeros(np.shape(dx))
                        totals[x] += dx
            """,
            BY_HAND: """
                de = np.zeros(e.shape, dtype=np.float64)
                de += e
                de += e
                dr = de @ v.T
                dr[h <= 0] = 0
                dv = (de.T @ r).T
                dw = (dr.T @ x).T
                db = np.ones(len(x)) @ dr
            """,
        },
        above="from collections import deque",
    ),
]
