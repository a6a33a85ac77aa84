"""Scripts that PyTorch's users write in their first week: the same numbers under torchlike.

Each is written after what its source teaches, and leaves in `out` what is compared; `fill` gives a
model under both libraries the same parameters. What is refused stands in test_tensor_words.py and
in test_torchlike.py.
"""

import numpy as np
import pytest

import edunn
import edunn.torchlike
import edunn.torchlike.functional

SCRIPTS = {
    "train_loop quickstart (pytorch/tutorials, basics/quickstart)": """
m = fill(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)))
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.SGD(m.parameters(), lr=0.1)
x = torch.tensor(np.arange(12.0).reshape(6, 2) / 6, dtype=torch.float32)
y = torch.tensor([0, 1, 0, 1, 1, 1])
dl = DataLoader(TensorDataset(x, y), batch_size=4)
size = len(dl.dataset)
m.train()
for batch, (X, Y) in enumerate(dl):
    X, Y = (X.to("cpu"), Y.to("cpu"))
    pred = m(X)
    loss = loss_fn(pred, Y)
    loss.backward()
    opt.step()
    opt.zero_grad()
    out.append(loss.item())
m.eval()
tl, correct = (0, 0)
with torch.no_grad():
    for X, Y in dl:
        pred = m(X)
        tl += loss_fn(pred, Y).item()
        correct += (pred.argmax(1) == Y).type(torch.float).sum().item()
out += [tl, correct, size]
""",
    "polynomial tensor (pytorch/tutorials, examples_tensor/polynomial_tensor)": """
x = torch.linspace(-1, 1, 20, dtype=torch.float)
y = torch.sin(x)
a = torch.full((), 0.1)
b = torch.full((), 0.2)
for t in range(3):
    yp = a + b * x
    loss = (yp - y).pow(2).sum().item()
    g = 2.0 * (yp - y)
    ga = g.sum()
    gb = (g * x).sum()
    a -= 0.01 * ga
    b -= 0.01 * gb
out += [loss, a.item(), b.item()]
""",
    "polynomial autograd (pytorch/tutorials, examples_autograd/polynomial_autograd)": """
x = torch.linspace(-1, 1, 20)
y = torch.sin(x)
a = torch.full((), 0.1, requires_grad=True)
b = torch.full((), 0.2, requires_grad=True)
for t in range(3):
    loss = (a + b * x - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        a -= 0.01 * a.grad
        b -= 0.01 * b.grad
        a.grad = None
        b.grad = None
out += [a, b]
""",
    "polynomial nn unsqueeze pow Flatten(0,1) (pytorch/tutorials, examples_nn/polynomial_nn)": """
x = torch.linspace(-1, 1, 20)
y = torch.sin(x)
p = torch.tensor([1, 2, 3])
xx = x.unsqueeze(-1).pow(p)
m = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0, 1))
fill(m)
loss_fn = nn.MSELoss(reduction="sum")
for t in range(3):
    yp = m(xx)
    loss = loss_fn(yp, y)
    m.zero_grad()
    loss.backward()
    with torch.no_grad():
        for q in m.parameters():
            q -= 0.001 * q.grad
out += [loss.item(), yp]
l = m[0]
out += [l.bias.item()]
""",
    "polynomial module string params (pytorch/tutorials, examples_nn/polynomial_module)": """
class P(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.ones(()))
        self.b = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return self.a + self.b * x**2

    def string(self):
        return f"y = {self.a.item()} + {self.b.item()} x"

m = P()
crit = nn.MSELoss(reduction="sum")
o = torch.optim.SGD(m.parameters(), lr=0.001)
x = torch.linspace(-1, 1, 10)
for t in range(2):
    loss = crit(m(x), torch.sin(x))
    o.zero_grad()
    loss.backward()
    o.step()
out += [m.string()[:7], loss.item()]
""",
    "dynamic net (pytorch/tutorials, examples_nn/dynamic_net)": """
class D(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.full((), 0.3))
        self.e = nn.Parameter(torch.full((), 0.2))

    def forward(self, x):
        y = self.a * x
        for exp in range(4, 6):
            y = y + self.e * x**exp
        return y

m = D()
x = torch.linspace(-1, 1, 5)
l = m(x).sum()
l.backward()
out += [l.item(), m.a.grad, m.e.grad]
""",
    "jacobian product (pytorch/tutorials, basics/autogradqs)": """
inp = torch.eye(4, 5, requires_grad=True)
o = (inp + 1).pow(2).t()
o.backward(torch.ones_like(o), retain_graph=True)
a = inp.grad
a = a.clone() if hasattr(a, "clone") else a.copy()
o.backward(torch.ones_like(o), retain_graph=True)
out += [a, inp.grad]
""",
    "blitz autograd (pytorch/tutorials, blitz/autograd)": """
a = torch.tensor([2.0, 3.0], requires_grad=True)
b = torch.tensor([6.0, 4.0], requires_grad=True)
Q = 3 * a**3 - b**2
Q.backward(gradient=torch.tensor([1.0, 1.0]))
out += [a.grad, b.grad, 9 * a**2 == a.grad, -2 * b == b.grad]
""",
    "blitz nn conv net (pytorch/tutorials, blitz/neural_networks)": """
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 2, 5)
        self.conv2 = nn.Conv2d(2, 3, 5)
        self.fc1 = nn.Linear(3 * 5 * 5, 4)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        return F.relu(self.fc1(x))

net = fill(Net())
x = torch.ones(1, 1, 32, 32) * torch.linspace(0, 1, 32)
o = net(x)
out += [o]
net.zero_grad()
o.backward(torch.ones(1, 4))
out += [net.conv1.bias.grad, len(list(net.parameters()))]
""",
    "correct += sum().item() (pytorch/tutorials, blitz/cifar10)": """
o = torch.tensor([[1.0, 3.0], [4.0, 2.0]])
l = torch.tensor([1, 1])
_, p = torch.max(o, 1)
total = l.size(0)
c = (p == l).sum().item()
c2 = (p == l).squeeze()
out += [total, c, c2, 100 * c // total]
""",
    "nn_tutorial log_softmax by hand (pytorch/tutorials, nn_tutorial)": """
def log_softmax(x):
    return x - x.exp().sum(-1).log().unsqueeze(-1)

w = torch.ones(3, 2) / np.sqrt(3)
w.requires_grad_()
b = torch.zeros(2, requires_grad=True)
xb = torch.ones(4, 3)
yb = torch.tensor([0, 1, 1, 0])
p = log_softmax(xb @ w + b)
nll = -p[range(yb.shape[0]), yb].mean()
nll.backward()
out += [nll, w.grad, b.grad]
with torch.no_grad():
    w -= w.grad * 0.5
    b -= b.grad * 0.5
out += [w, b]
acc = (torch.argmax(p, dim=1) == yb).float().mean()
out += [acc]
""",
    "Lambda module (pytorch/tutorials, nn_tutorial)": """
class Lambda(nn.Module):
    def __init__(self, func):
        super().__init__()
        self.func = func

    def forward(self, x):
        return self.func(x)

m = nn.Sequential(
    Lambda(lambda x: x.view(-1, 1, 4, 4)),
    nn.Conv2d(1, 2, 3, stride=2, padding=1),
    nn.ReLU(),
    nn.AvgPool2d(2),
    Lambda(lambda x: x.view(x.size(0), -1)),
)
fill(m)
x = torch.ones(2, 16)
l = m(x).sum()
l.backward()
out += [l, [p.grad for p in m.parameters()][1]]
""",
    "loss_batch zip(*) (pytorch/tutorials, nn_tutorial)": """
m = fill(nn.Linear(2, 2))
dl = DataLoader(TensorDataset(torch.ones(5, 2), torch.tensor([0, 1, 1, 0, 1])), batch_size=2)
losses, nums = zip(*[(F.cross_entropy(m(xb), yb).item(), len(xb)) for xb, yb in dl])
out += [np.sum(np.multiply(losses, nums)) / np.sum(nums)]
""",
    "custom dataset (pytorch/tutorials, basics/data)": """
class D(Dataset):
    def __init__(self, t=None):
        self.t = t

    def __len__(self):
        return 5

    def __getitem__(self, i):
        x = torch.tensor([float(i), 0.0])
        return (self.t(x) if self.t else x, i % 2)

for x, y in DataLoader(D(), batch_size=2):
    out += [x, y]
""",
    "dict dataset (pytorch/tutorials, data_loading)": """
class D(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return {"image": np.ones(2, dtype="float32") * i, "label": i}

for b in DataLoader(D(), batch_size=2):
    out += [b["image"], b["label"]]
""",
    "loader num_workers pin_memory (pytorch/tutorials, blitz/cifar10)": """
dl = DataLoader(
    TensorDataset(torch.ones(4, 2)), batch_size=2, shuffle=False, num_workers=0, pin_memory=False
)
out += [len(dl)]
""",
    "freeze (pytorch/tutorials, transfer)": """
m = fill(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)))
for p in m[0].parameters():
    p.requires_grad = False
opt = optim.SGD(filter(lambda p: p.requires_grad, m.parameters()), lr=0.1)
m(torch.ones(1, 2)).sum().backward()
opt.step()
out += [m[0].bias, m[1].bias, m[0].bias.grad]
""",
    "replace fc (pytorch/tutorials, transfer)": """
m = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))
n = m[-1].in_features
m[-1] = nn.Linear(n, 2)
fill(m)
out += [m(torch.ones(1, 2))]
""",
    "apply init weights (pytorch/tutorials, dcgan)": """
def w(m):
    c = m.__class__.__name__
    if c.find("Linear") != -1:
        nn.init.constant_(m.weight.data, 0.5)
        nn.init.constant_(m.bias.data, 0)

m = nn.Sequential(nn.Linear(2, 1), nn.Tanh())
m.apply(w)
out += [m(torch.ones(1, 2))]
""",
    "p.data -= lr*p.grad (micrograd/forum)": """
m = fill(nn.Linear(2, 1))
m(torch.ones(3, 2)).sum().backward()
for f in m.parameters():
    f.data -= 0.1 * f.grad
out += [m.bias]
""",
    "groups (pytorch.org/docs)": """
m = fill(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)))
o = optim.SGD(
    [{"params": m[0].parameters()}, {"params": m[1].parameters(), "lr": 0.5}], lr=0.1, momentum=0.9
)
m(torch.ones(1, 2)).sum().backward()
o.step()
out += [m[0].bias, m[1].bias]
""",
    "AdamW (nanoGPT)": """
m = fill(nn.Linear(2, 1))
o = optim.AdamW(m.parameters(), lr=0.1, betas=(0.9, 0.95), weight_decay=0.1)
for _ in range(3):
    o.zero_grad(set_to_none=True)
    (m(torch.ones(1, 2)) ** 2).sum().backward()
    o.step()
out += [m.bias]
""",
    "plateau (pytorch.org/docs)": """
m = nn.Linear(2, 1)
o = optim.SGD(m.parameters(), lr=1.0)
s = optim.lr_scheduler.ReduceLROnPlateau(o, "min", patience=1, factor=0.5)
for v in [1, 1, 1, 1, 1, 1.0]:
    s.step(v)
    out.append(o.param_groups[0]["lr"])
""",
    "causal self attention (karpathy/makemore makemore.py)": """
import math

class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_attn = nn.Linear(8, 24)
        self.c_proj = nn.Linear(8, 8)
        self.n_head = 2
        self.register_buffer("mask", torch.tril(torch.ones(5, 5)).view(1, 1, 5, 5))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(8, dim=2)
        k = k.view(B, T, 2, C // 2).transpose(1, 2)
        q = q.view(B, T, 2, C // 2).transpose(1, 2)
        v = v.view(B, T, 2, C // 2).transpose(1, 2)
        att = q @ k.transpose(-2, -1) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
        att = F.softmax(att, dim=-1)
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.c_proj(y)

m = fill(A())
x = torch.linspace(-1, 1, 3 * 4 * 8).view(3, 4, 8)
y = m(x)
y.sum().backward()
out += [y, m.c_attn.bias.grad]
""",
    "gpt forward returns pair (karpathy/makemore)": """
class G(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(5, 4)
        self.wpe = nn.Embedding(3, 4)
        self.ln = nn.LayerNorm(4)
        self.head = nn.Linear(4, 5, bias=False)

    def forward(self, idx, targets=None):
        b, t = idx.size()
        pos = torch.arange(0, t, dtype=torch.long, device=idx.device).unsqueeze(0)
        x = self.ln(self.wte(idx) + self.wpe(pos))
        logits = self.head(x)
        loss = None
        if targets is not None:
            loss = F.cross_entropy(
                logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1
            )
        return (logits, loss)

m = fill(G())
lg, l = m(torch.tensor([[0, 1, 2], [3, 4, 0]]), torch.tensor([[1, 2, -1], [4, 0, -1]]))
l.backward()
out += [lg, l, m.wte.weight.grad]
m.eval()
lg2, none = m(torch.tensor([[0]]))
out += [lg2, none]
""",
    "ModuleDict of dict() (karpathy/makemore)": """
m = nn.ModuleDict(
    dict(a=nn.Linear(2, 3), act=nn.Tanh(), h=nn.ModuleList([nn.Linear(3, 3) for _ in range(2)]))
)
fill(m)
x = m.act(m.a(torch.ones(1, 2)))
for b in m.h:
    x = b(x)
out += [x, len(m.h)]
""",
    "topk crop (nanoGPT generate)": """
lg = torch.tensor([[1.0, 3.0, 2.0, 0.0]])
v, _ = torch.topk(lg, min(2, lg.size(-1)))
lg = lg.masked_fill(lg < v[:, [-1]], -float("Inf"))
out += [F.softmax(lg, dim=-1)]
""",
    "one_hot float (karpathy/makemore, notebook)": """
xs = torch.tensor([0, 2, 1])
e = F.one_hot(xs, num_classes=4).float()
W = torch.ones((4, 4), requires_grad=True)
lg = e @ W
c = lg.exp()
p = c / c.sum(1, keepdims=True)
l = -p[torch.arange(3), xs].log().mean() + 0.01 * (W**2).mean()
l.backward()
out += [l, W.grad]
""",
    "C[X] view tanh (karpathy/makemore, mlp)": """
C = torch.linspace(0, 1, 10).view(5, 2)
C.requires_grad = True
X = torch.tensor([[0, 1, 2], [2, 3, 4]])
W = torch.ones(6, 3)
e = C[X]
h = torch.tanh(e.view(-1, 6) @ W)
h.sum().backward()
out += [e.shape[0], h, C.grad]
""",
    "mnist example net (pytorch/examples mnist/main.py)": """
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 2, 3, 1)
        self.conv2 = nn.Conv2d(2, 3, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(27, 4)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        return F.log_softmax(self.fc1(x), dim=1)

m = fill(Net()).eval()
o = m(torch.linspace(0, 1, 200).view(2, 1, 10, 10))
l = F.nll_loss(o, torch.tensor([0, 3]))
l.backward()
out += [o, l, m.conv1.weight.grad, F.nll_loss(o, torch.tensor([0, 3]), reduction="sum").item()]
""",
    "vae reparameterize (pytorch/examples vae/main.py)": """
mu = torch.zeros(2, 3, requires_grad=True)
logvar = torch.ones(2, 3, requires_grad=True)
std = torch.exp(0.5 * logvar)
eps = torch.randn_like(std)
z = mu + eps * std
KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
KLD.backward()
out += [KLD, mu.grad, logvar.grad]
BCE = F.binary_cross_entropy(torch.full((2, 4), 0.3), torch.ones(8).view(-1, 4), reduction="sum")
out += [BCE]
""",
    "dcgan disc (pytorch/examples dcgan)": """
m = nn.Sequential(
    nn.Conv2d(1, 2, 4, 2, 1, bias=False),
    nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(2, 4, 4, 2, 1, bias=False),
    nn.BatchNorm2d(4),
    nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(4, 1, 2, 1, 0, bias=False),
    nn.Sigmoid(),
)
fill(m)
x = torch.linspace(-1, 1, 128).view(2, 1, 8, 8)
o = m(x).view(-1, 1).squeeze(1)
l = nn.BCELoss()(o, torch.full((2,), 1.0))
l.backward()
out += [o, l]
""",
    "word lm repackage (pytorch/examples word_language_model)": """
r = nn.LSTM(3, 4, 2)
fill(r)
h = (torch.zeros(2, 2, 4), torch.zeros(2, 2, 4))
o, h = r(torch.ones(5, 2, 3), h)
h = tuple((v.detach() for v in h))
o, h = r(torch.ones(5, 2, 3), h)
o.sum().backward()
out += [o, h[0], h[1]]
""",
    "char rnn classification (pytorch/tutorials, char_rnn)": """
class R(nn.Module):
    def __init__(s, i, h, o):
        super(R, s).__init__()
        s.hidden_size = h
        s.i2h = nn.Linear(i + h, h)
        s.h2o = nn.Linear(h, o)
        s.softmax = nn.LogSoftmax(dim=1)

    def forward(s, input, hidden):
        c = torch.cat((input, hidden), 1)
        hidden = F.tanh(s.i2h(c))
        return (s.softmax(s.h2o(hidden)), hidden)

    def initHidden(s):
        return torch.zeros(1, s.hidden_size)

m = fill(R(3, 4, 2))
h = m.initHidden()
line = torch.linspace(0, 1, 12).view(4, 1, 3)
for i in range(line.size()[0]):
    o, h = m(line[i], h)
l = nn.NLLLoss()(o, torch.tensor([1]))
l.backward()
out += [o, l, m.i2h.weight.grad.sum()]
tn, ti = o.topk(1)
out += [ti[0].item()]
""",
    "bmm attention (pytorch/tutorials, seq2seq)": """
w = F.softmax(torch.ones(1, 3), dim=1)
enc = torch.linspace(0, 1, 12).view(3, 4)
out += [torch.bmm(w.unsqueeze(0), enc.unsqueeze(0))]
""",
    "subsequent mask (annotated transformer)": """
m = torch.triu(torch.ones(1, 3, 3), diagonal=1).type(torch.uint8)
out += [m == 0]
""",
    "mha padding (pytorch.org/docs)": """
a = nn.MultiheadAttention(4, 2, batch_first=True)
fill(a)
x = torch.linspace(0, 1, 24).view(2, 3, 4)
p = torch.tensor([[False, False, True], [False, False, False]])
o, w = a(x, x, x, key_padding_mask=p)
o.sum().backward()
out += [o, w]
""",
    "broadcast sub dist (kmeans)": """
a = torch.linspace(0, 1, 6).view(2, 3)
b = torch.linspace(0, 1, 12).view(4, 3)
d = ((a[:, None] - b[None]) ** 2).sum(-1)
out += [d, d.argmin(1), d.sqrt()]
""",
    "d2l y detach (d2l-ai/d2l-en, autograd)": """
x = torch.arange(4.0, requires_grad=True)
y = x * x
u = y.detach()
z = u * x
z.sum().backward()
out += [x.grad == u]
""",
    "d2l control flow (d2l-ai/d2l-en, autograd)": """
a = torch.tensor(0.7, requires_grad=True)
b = a * 2
while b.norm() < 1000:
    b = b * 2
c = b if b.sum() > 0 else 100 * b
c.backward()
out += [a.grad == c / a]
""",
    "d2l accuracy (d2l-ai/d2l-en)": """
yh = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
y = torch.tensor([0, 2])
p = yh.argmax(axis=1).type(y.dtype)
c = (p == y.reshape(-1)).type(torch.float32)
out += [c.mean()]
""",
    "d2l FixedHidden (d2l-ai/d2l-en)": """
class M(nn.Module):
    def __init__(s):
        super().__init__()
        s.rw = torch.ones((3, 3))
        s.l = nn.Linear(3, 3)

    def forward(s, X):
        X = s.l(X)
        X = F.relu(X @ s.rw + 1)
        X = s.l(X)
        while X.abs().sum() > 1:
            X /= 2
        return X.sum()

m = fill(M())
o = m(torch.ones(2, 3))
o.backward()
out += [o, m.l.weight.grad.sum()]
""",
    "d2l softmax scratch (d2l-ai/d2l-en)": """
X = torch.linspace(0, 1, 6).reshape((2, 3))
E = torch.exp(X)
P = E / E.sum(1, keepdims=True)
y = torch.tensor([0, 2])
out += [P, -torch.log(P[list(range(len(P))), y])]
""",
    "mean([2,3]) (forum gap)": """
x = torch.ones(2, 3, 4, 4)
out += [x.mean([2, 3]), x.mean(dim=(2, 3)), torch.mean(x, dim=[2, 3], keepdim=True), x.sum([0, 1])]
""",
    "int tensor division (pytorch.org/docs)": """
a = torch.tensor([5, 7])
out += [a / 2, a // 2, a % 2, a**2]
""",
    "clamp (pytorch.org/docs)": """
x = torch.linspace(-1, 1, 3)
out += [x.clamp(min=0)]
""",
    "min(dim) tuple (discuss.pytorch.org)": """
lg = torch.tensor([[1.0, 3.0], [4.0, 2.0]])
v, i = lg.min(dim=1)
out += [v, i]
""",
    "Parameter requires_grad=False (pytorch.org/docs)": """
p = nn.Parameter(torch.ones(2), requires_grad=False)
out += [p.requires_grad]
""",
    "zero_grad set_to_none (pytorch.org/docs)": """
m = fill(nn.Linear(2, 1))
m(torch.ones(1, 2)).sum().backward()
m.zero_grad(set_to_none=True)
out += [m.weight.grad]
""",
    "Conv pairs (pytorch.org/docs)": """
m = fill(nn.Conv2d(2, 4, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1)))
x = torch.linspace(-1, 1, 2 * 2 * 12 * 9).view(2, 2, 12, 9)
x.requires_grad_()
y = m(x)
y.sum().backward()
out += [y, x.grad, m.weight.grad]
""",
    "Conv groups depthwise (mobilenet)": """
m = fill(nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False), nn.Conv2d(4, 6, 1)))
x = torch.linspace(-1, 1, 2 * 4 * 25).view(2, 4, 5, 5)
y = m(x)
(y**2).sum().backward()
out += [y, m[0].weight.grad]
""",
    "MaxPool padding stride (resnet)": """
m = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
x = torch.linspace(-1, 1, 49).view(1, 1, 7, 7)
x.requires_grad_()
y = m(x)
y.sum().backward()
out += [y, x.grad]
""",
    "resnet block (kuangliu/pytorch-cifar)": """
class B(nn.Module):
    expansion = 1

    def __init__(self, i, p, stride=1):
        super(B, self).__init__()
        self.conv1 = nn.Conv2d(i, p, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(p)
        self.conv2 = nn.Conv2d(p, p, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(p)
        self.shortcut = nn.Sequential()
        if stride != 1 or i != p:
            self.shortcut = nn.Sequential(
                nn.Conv2d(i, p, kernel_size=1, stride=stride, bias=False), nn.BatchNorm2d(p)
            )

    def forward(self, x):
        o = F.relu(self.bn1(self.conv1(x)))
        o = self.bn2(self.conv2(o))
        o += self.shortcut(x)
        return F.relu(o)

m = fill(nn.Sequential(B(2, 3, 2), B(3, 3)))
x = torch.linspace(-1, 1, 2 * 2 * 36).view(2, 2, 6, 6) ** 3
y = m(x)
(y**2).sum().backward()
out += [y, m[0].conv1.weight.grad, m[1].bn2.bias.grad]
m.eval()
out += [m(x)]
""",
    "unet cat crop (unet)": """
a = torch.ones(1, 2, 6, 6)
b = torch.ones(1, 2, 4, 4)
d = a.size()[2] - b.size()[2]
b = F.pad(b, [d // 2, d - d // 2, d // 2, d - d // 2])
out += [torch.cat([a, b], dim=1)]
""",
    "forward kwargs (pytorch.org/docs)": """
class M(nn.Module):
    def __init__(s):
        super().__init__()
        s.l = nn.Linear(2, 2)

    def forward(s, x, scale=1.0, flag=False):
        return s.l(x) * scale if flag else s.l(x)

m = fill(M())
out += [m(torch.ones(1, 2), scale=2.0, flag=True), m(x=torch.ones(1, 2))]
""",
    "register_buffer use (pytorch.org/docs)": """
class M(nn.Module):
    def __init__(s):
        super().__init__()
        s.register_buffer("m", torch.ones(2))
        s.l = nn.Linear(2, 2)

    def forward(s, x):
        return s.l(x) * s.m

m = fill(M())
y = m(torch.ones(1, 2))
y.sum().backward()
out += [y, m.l.bias.grad]
""",
    "focal (discuss.pytorch.org)": """
x = torch.linspace(-1, 1, 6).view(2, 3)
x.requires_grad_()
ce = F.cross_entropy(x, torch.tensor([0, 2]), reduction="none")
pt = torch.exp(-ce)
l = ((1 - pt) ** 2 * ce).mean()
l.backward()
out += [l, x.grad]
""",
    "l2 reg loop (discuss.pytorch.org)": """
m = fill(nn.Linear(2, 1))
r = torch.tensor(0.0)
for p in m.parameters():
    r += torch.norm(p)
r.backward()
out += [r, m.weight.grad.sum()]
""",
    "gather 2 (dqn)": """
q = torch.linspace(0, 1, 6).view(3, 2)
q.requires_grad_()
a = torch.tensor([0, 1, 1])
y = q.gather(1, a.unsqueeze(1)).squeeze(1)
y.sum().backward()
out += [y, q.grad]
""",
    "dqn soft update (pytorch/tutorials, dqn)": """
a = fill(nn.Linear(2, 1))
b = fill(nn.Linear(2, 1))
sa = a.state_dict()
sb = b.state_dict()
for k in sa:
    sb[k] = sa[k] * 0.5 + sb[k] * 0.5
b.load_state_dict(sb)
out += [b.bias]
""",
    "saliency x.grad (pytorch/tutorials, fgsm)": """
m = fill(nn.Linear(3, 2))
x = torch.linspace(0, 1, 3).view(1, 3)
x.requires_grad = True
l = F.nll_loss(F.log_softmax(m(x), dim=1), torch.tensor([1]))
m.zero_grad()
l.backward()
out += [x.grad]
s = x.grad
out += [torch.clamp(x + 0.1 * torch.sign(torch.as_tensor(s)), 0, 1)]
""",
    "style gram (pytorch/tutorials, neural_style)": """
x = torch.linspace(0, 1, 24).view(1, 2, 3, 4)
a, b, c, d = x.size()
f = x.view(a * b, c * d)
out += [torch.mm(f, f.t()).div(a * b * c * d)]
""",
    "optimizer list of tensors (d2l-ai/d2l-en)": """
w = torch.ones(2, requires_grad=True)
o = optim.SGD([w], lr=0.1)
(w**2).sum().backward()
o.step()
out += [w]
""",
    "GAN two optimizers detach (dcgan)": """
G = fill(nn.Linear(1, 2))
D = fill(nn.Linear(2, 1))
og = optim.Adam(G.parameters(), lr=0.1)
od = optim.Adam(D.parameters(), lr=0.1)
c = nn.BCEWithLogitsLoss()
z = torch.ones(3, 1)
for _ in range(2):
    D.zero_grad()
    f = G(z)
    l = c(D(f.detach()), torch.zeros(3, 1))
    l.backward()
    od.step()
    G.zero_grad()
    l = c(D(f), torch.ones(3, 1))
    l.backward()
    og.step()
out += [l, G.weight.sum(), D.bias]
""",
    "gradient accumulation (discuss.pytorch.org)": """
m = fill(nn.Linear(2, 1))
o = optim.SGD(m.parameters(), lr=0.1)
for i in range(4):
    l = m(torch.ones(1, 2) * i).sum() / 2
    l.backward()
    if (i + 1) % 2 == 0:
        o.step()
        o.zero_grad()
out += [m.weight.sum()]
""",
    "to(dtype) (pytorch.org/docs)": """
x = torch.ones(2)
out += [x.to(torch.float64), x.to("cpu"), x.double(), x.int()]
""",
    "type(torch.FloatTensor) (pytorch/tutorials, of old)": """
x = torch.arange(2).type(torch.float32)
out += [x]
""",
}


def numbers(x):
    """What a script leaves, as arrays in lists."""
    if isinstance(x, (list, tuple)):
        return [numbers(one) for one in x]
    if isinstance(x, edunn.Tensor):
        return x.data
    return x.detach().numpy() if hasattr(x, "detach") else x


def same(first, second):
    if isinstance(first, list):
        assert len(first) == len(second)
        for one, other in zip(first, second):
            same(one, other)
    elif first is None or isinstance(first, (str, type)):
        assert first == second
    else:
        assert np.asarray(first).dtype.kind == np.asarray(second).dtype.kind
        np.testing.assert_allclose(second, first, rtol=2e-4, atol=1e-5)


def results(script, torch, functional, fill):
    data = torch.utils.data
    names = {"torch": torch, "nn": torch.nn, "F": functional, "optim": torch.optim, "np": np}
    names |= {name: getattr(data, name) for name in ("DataLoader", "Dataset", "TensorDataset")}
    names |= {"fill": fill, "out": []}
    exec(script, names)
    return numbers(names["out"])


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_gives_what_it_gives_under_pytorch(name):
    torch = pytest.importorskip("torch")
    states = []

    def filled(model):
        rng = np.random.default_rng(0)
        for parameter in model.parameters():
            with torch.no_grad():
                parameter.copy_(torch.tensor(rng.normal(size=tuple(parameter.shape)) / 2))
        states.append({key: value.clone() for key, value in model.state_dict().items()})
        return model

    def filled_alike(model):
        edunn.from_torch(model, states.pop(0))
        return model

    theirs = results(SCRIPTS[name], torch, torch.nn.functional, filled)
    ours = results(SCRIPTS[name], edunn.torchlike, edunn.torchlike.functional, filled_alike)
    assert theirs
    same(theirs, ours)


def test_a_checkpoint_of_a_schedule_goes_on():
    """github.com/pytorch/vision, references/classification/train.py saves all three states."""

    def parts():
        parameter = edunn.Parameter(np.ones(2))
        optimizer = edunn.SGD([parameter], lr=1.0)
        return optimizer, edunn.ReduceLROnPlateau(optimizer, patience=1)

    (optimizer, schedule), (other, again) = parts(), parts()
    for loss in (3.0, 3.0, 3.0):
        schedule.step(loss)
    state = schedule.state_dict()
    schedule.step(3.0)
    other.load_state_dict(optimizer.state_dict())
    again.load_state_dict(state)
    assert again.state_dict() == state != schedule.state_dict()
    again.step(3.0)
    assert again.state_dict() == schedule.state_dict()
    assert again.get_last_lr() == schedule.get_last_lr() == [pytest.approx(0.1)]
    with pytest.raises(ValueError, match=r"StepLR got a state of \['epoch'\], not of \['epoch', "):
        edunn.StepLR(other, 3).load_state_dict({"epoch": 1})
    names = edunn.LambdaLR(other, lambda epoch: 1.0).state_dict().keys()
    assert names == {"epoch", "first"}
