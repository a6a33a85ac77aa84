"""Data: the real tables are the real ones, made-up points lie where they should, MNIST arrives."""

import gzip
import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import edunn as nn
from edunn.torchlike import datasets

pytestmark = pytest.mark.slow

data = nn.datasets
REAL = os.environ.get("EDUNN_DATA")
NOWHERE = "http://127.0.0.1:9/"  # a port that nobody serves
PUT_THEM = "put the four IDX files into a folder and name it in EDUNN_DATA"
TOYS = {"moons": (300, 2), "spirals": (300, 2), "circles": (300, 2)}
CURVES = {"line": (200, 1), "plane": (200, 2), "sine": (200, 1), "waves": (500, 2)}
TABLES = {"digits": (1797, 64), "iris": (150, 4), "wine": (178, 13), "cancer": (569, 30)}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """No test reads this machine's cache, or leaves it."""
    monkeypatch.delenv("EDUNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for kind in ("mnist", "fashion_mnist"):
        monkeypatch.setitem(data.mnist.MIRRORS, kind, NOWHERE)
    return tmp_path / "cache" / "edunn"


# by name


def test_the_names_are_those_that_load():
    assert data.get_classification_names() == [*TABLES, *TOYS]
    assert data.get_regression_names() == ["diabetes", *CURVES]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "shape"), (TABLES | TOYS).items())
def test_classification_data_is_ready_for_a_network(name, shape, dtype):
    nn.set_default_dtype(dtype)
    x, y, names = data.load_classification(name)
    assert (x.shape, x.dtype) == (shape, dtype)
    assert (y.shape, y.dtype) == (shape[:1], np.int64)
    assert np.unique(y).tolist() == list(range(len(names)))
    assert len(set(names)) == len(names)
    assert all(type(word) is str for word in names)
    assert np.isfinite(x).all()
    assert x.flags.c_contiguous
    assert x.flags.writeable


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "shape"), ({"diabetes": (442, 10)} | CURVES).items())
def test_regression_data_is_ready_for_a_network(name, shape, dtype):
    nn.set_default_dtype(dtype)
    x, y = data.load_regression(name)
    assert (x.shape, x.dtype) == (shape, dtype)
    assert (y.shape, y.dtype) == ((shape[0], 1), dtype)
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()
    assert x.flags.c_contiguous


def test_onehot_has_a_single_one_in_each_row_at_the_label():
    _, y, _ = data.load_classification("wine")
    x, hot, names = data.load_classification("wine", onehot=True)
    assert (hot.shape, hot.dtype) == ((178, 3), x.dtype)
    assert hot.sum() == 178
    np.testing.assert_array_equal(hot[np.arange(178), y], 1)


BAD = [
    (lambda: data.load_classification("irsi"),
     "load_classification got name 'irsi', not one of digits, iris, wine, cancer, moons, spirals, "
     "circles (did you mean 'iris'?)"),
    (lambda: data.load_classification("boston"),
     "load_classification has no 'boston', which came with the original edunn: scikit-learn has "
     "withdrawn it for what it says of people; near is 'diabetes'"),
    (lambda: data.load_regression("houses"),
     "load_regression got name 'houses', not one of diabetes, line, plane, sine, waves"),
    (lambda: data.get_feature_names("moons"),
     "get_feature_names got name 'moons', not one of iris, wine, cancer, diabetes"),
    (lambda: data.read_mnist("fashion"),
     "read_mnist got kind 'fashion', not one of mnist, fashion_mnist "
     "(did you mean 'fashion_mnist'?)"),
    (lambda: data.moons(n=0), "moons got n=0, not a whole number from 1 up"),
    (lambda: data.spirals(classes=1.5), "spirals got classes=1.5, not a whole number from 1 up"),
    (lambda: data.spirals(turns=np.inf), "spirals got turns=inf, not a number"),
    (lambda: data.circles(noise=-1), "circles got noise=-1, not a number from 0 up"),
    (lambda: data.moons(noise=np.nan), "moons got noise=nan, not a number from 0 up"),
    (lambda: data.moons(noise=np.inf), "moons got noise=inf, not a number from 0 up"),
    (lambda: data.moons(noise=True), "moons got noise=True, not a number from 0 up"),
    (lambda: data.waves(n=2.0), "waves got n=2.0, not a whole number from 1 up"),
    (lambda: data.line(noise="a"), "line got noise='a', not a number from 0 up"),
    (lambda: data.standardize([[1.0]]), "standardize got x_train of type list, not an array"),
    (lambda: data.standardize(np.ones((0, 3))),
     "standardize got x_train of shape (0, 3), not one with examples"),
    (lambda: data.standardize(np.array([[1.0], [np.nan]])),
     "standardize got x_train with 1 values that are no numbers (NaN or infinity), "
     "the first at (1, 0)"),
    (lambda: data.standardize(np.ones((4, 3)), np.ones((4, 2))),
     "standardize got another array of shape (4, 2), not (n, 3)"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_one_line_says_what_is_wrong(action, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        action()
    assert str(caught.value) == message


# the tables


def test_the_irises_are_fishers():
    nn.set_default_dtype(np.float64)
    x, y, names = data.load_classification("iris")
    assert names == ["setosa", "versicolor", "virginica"]
    assert np.bincount(y).tolist() == [50, 50, 50]
    assert x[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    assert x[-1].tolist() == [5.9, 3.0, 5.1, 1.8]
    assert x[34].tolist() == [4.9, 3.1, 1.5, 0.2]  # the two that are wrong at UCI
    assert x[37].tolist() == [4.9, 3.6, 1.4, 0.1]
    assert x.min(axis=0).tolist() == [4.3, 2.0, 1.0, 0.1]
    assert x.max(axis=0).tolist() == [7.9, 4.4, 6.9, 2.5]
    np.testing.assert_allclose(x.mean(axis=0), [5.843, 3.057, 3.758, 1.199], atol=5e-4)
    assert data.get_feature_names("iris")[3] == "petal width (cm)"


def test_the_wines_are_the_real_ones():
    nn.set_default_dtype(np.float64)
    x, y, _ = data.load_classification("wine")
    assert np.bincount(y).tolist() == [59, 71, 48]
    assert x[0].tolist() == [14.23, 1.71, 2.43, 15.6, 127, 2.8, 3.06, 0.28, 2.29, 5.64, 1.04, 3.92,
                             1065]  # fmt: skip
    names = data.get_feature_names("wine")
    assert len(names) == 13
    proline = x[:, names.index("proline")]
    assert (proline.min(), proline.max(), round(proline.mean(), 1)) == (278, 1680, 746.9)


def test_the_tumours_are_the_real_ones():
    nn.set_default_dtype(np.float64)
    x, y, names = data.load_classification("cancer")
    assert names == ["malignant", "benign"]
    assert np.bincount(y).tolist() == [212, 357]
    assert x[0, :4].tolist() == [17.99, 10.38, 122.8, 1001]
    columns = data.get_feature_names("cancer")
    assert len(columns) == 30
    worst = x[:, columns.index("worst area")]
    assert (worst.min(), worst.max()) == (185.2, 4254)
    assert x[y == 0, 0].mean() > x[y == 1, 0].mean()  # malignant nuclei are larger


def test_the_diabetes_patients_are_the_real_ones_in_their_own_units():
    nn.set_default_dtype(np.float64)
    x, y = data.load_regression("diabetes")
    assert x[0].tolist() == [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]
    assert (y[0, 0], y.min(), y.max()) == (151, 25, 346)
    assert y.mean() == pytest.approx(152.133484)
    names = data.get_feature_names("diabetes")
    assert len(names) == 10
    assert np.unique(x[:, names.index("sex (1 or 2)")]).tolist() == [1, 2]


def test_the_digits_by_name_are_those_of_their_own_function():
    x, y, names = data.load_classification("digits")
    own_x, own_y = data.load_digits()
    np.testing.assert_array_equal(x, own_x)
    np.testing.assert_array_equal(y, own_y)
    assert names == list("0123456789")


def test_the_words_are_words():
    words = data.load_words()
    assert len(words) == 1841
    assert words == sorted(set(words))
    assert all(word.isascii() and word.islower() and 4 <= len(word) <= 8 for word in words)


def test_the_adder_is_in_the_default_dtype():
    arrays = data.load_adder()
    assert sum(array.size for array in arrays) == 52_172
    assert {array.dtype for array in arrays} == {nn.default_dtype()}


def test_the_tables_are_plain_arrays_with_a_source():
    folder = Path(data.__file__).parent
    sources = (folder / "SOURCES.md").read_text(encoding="utf-8")
    files = sorted(folder.glob("*.npz"))
    assert len(files) == 6
    for path in files:
        assert f"| {path.name} |" in sources
        assert path.stat().st_size < 100_000
        with np.load(path, allow_pickle=False) as arrays:
            assert all(array.dtype.kind in "fuU" for array in arrays.values())


# points made up


@pytest.mark.parametrize("name", [*TOYS, *CURVES])
def test_the_seed_fixes_the_points(name):
    function = getattr(data, name)
    nn.manual_seed(5)
    x, y = function(n=20)
    other_x, _ = function(n=20)
    nn.manual_seed(5)
    same_x, same_y = function(n=20)
    np.testing.assert_array_equal(x, same_x)
    np.testing.assert_array_equal(y, same_y)
    assert not np.isin(x[:, 0], other_x[:, 0]).any()


@pytest.mark.parametrize(("function", "classes"), [
    (data.moons, 2), (data.spirals, 2), (data.circles, 2),
    (lambda n: data.spirals(n, classes=5), 5), (lambda n: data.circles(n, classes=3), 3),
])  # fmt: skip
def test_no_class_has_more_than_one_point_more(function, classes):
    counts = np.bincount(function(101)[1])
    assert len(counts) == classes
    assert counts.sum() == 101
    assert counts.max() - counts.min() == 1


def test_moons_without_noise_are_half_circles():
    x, y = data.moons(n=400, noise=0)
    center = np.where(y[:, None], [1.0, 0.5], [0.0, 0.0])
    np.testing.assert_allclose(np.hypot(*(x - center).T), 1, rtol=1e-6)
    assert (np.where(y, 0.5 - x[:, 1], x[:, 1]) >= -1e-6).all()
    for label in (0, 1):  # the whole arch is there, from end to end
        assert np.ptp(x[y == label, 0]) > 1.95


def test_circles_without_noise_are_circles():
    x, y = data.circles(n=300, classes=3, noise=0)
    np.testing.assert_allclose(np.hypot(*x.T), (y + 1) / 3, rtol=1e-6)
    for label in range(3):  # in every quarter
        assert len(np.unique(x[y == label] > 0, axis=0)) == 4


def test_spirals_without_noise_turn_as_they_leave_the_origin():
    x, y = data.spirals(n=300, classes=3, noise=0, turns=1.5)
    radius = np.hypot(*x.T)
    assert 0.1 <= radius.min() < 0.15
    assert 0.95 < radius.max() <= 1.0001
    angle = 2 * np.pi * (y / 3 + 1.5 * (radius - 0.1) / 0.9)
    np.testing.assert_allclose(x, np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1),
                               atol=1e-5)  # fmt: skip


FORMULAS = {
    "line": lambda x: 2 * x[:, 0] + 1,
    "plane": lambda x: 3 * x[:, 0] - 2 * x[:, 1] + 1,
    "sine": lambda x: np.sin(np.pi * x[:, 0]),
    "waves": lambda x: np.sin(np.pi * x[:, 0]) * np.cos(np.pi * x[:, 1]),
}


@pytest.mark.parametrize("name", CURVES)
def test_curves_follow_their_formula_and_noise_is_a_standard_deviation(name):
    function, formula = getattr(data, name), FORMULAS[name]
    x, y = function(n=100, noise=0)
    np.testing.assert_allclose(y[:, 0], formula(x), atol=2e-6)
    assert x.min() < -0.9
    assert x.max() > 0.9
    x, y = function(n=4000, noise=0.3)
    assert (y[:, 0] - formula(x)).std() == pytest.approx(0.3, rel=0.1)


def test_noise_of_points_is_a_standard_deviation():
    x, y = data.circles(n=4000, classes=1, noise=0.03)
    assert (np.hypot(*x.T) - 1).std() == pytest.approx(0.03, rel=0.1)


@pytest.mark.parametrize("name", TOYS)
def test_a_network_learns_the_points_and_a_line_does_not(name):
    x, y, _ = data.load_classification(name)
    line = nn.Sequential(nn.Dense(2, 2))
    network = nn.Sequential(nn.Dense(2, 32, "relu"), nn.Dense(32, 32, "relu"), nn.Dense(32, 2))
    for model in (line, network):
        optimizer = nn.Adam(model.parameters(), lr=0.01)
        nn.fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=60, progress=False)
    assert nn.accuracy(line.forward(x), y) < 0.95
    assert nn.accuracy(network.forward(x), y) > 0.95


# one scale


def test_standardize_measures_on_the_training_part_alone(rng):
    x, x_test = rng.normal(5, 3, (200, 4)), rng.normal(6, 3, (50, 4))
    before = x.copy()
    scaled, scaled_test = data.standardize(x, x_test)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), 1)
    np.testing.assert_allclose(scaled_test, (x_test - x.mean(axis=0)) / x.std(axis=0))
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(data.standardize(x), scaled)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_standardize_keeps_constant_columns_finite(dtype):
    x = np.full((7, 2), 0.1, dtype)  # 0.1 is no sum of powers of 2: its mean is rounded
    x[:, 1] = np.arange(7)
    scaled, other = data.standardize(x, np.array([[0.1, 3], [0.6, 3]], dtype))
    assert (scaled.dtype, other.dtype) == (dtype, dtype)
    assert scaled[:, 0].tolist() == [0] * 7
    np.testing.assert_allclose(other, [[0, 0], [0.5, 0]], rtol=1e-6)


def test_standardize_takes_whole_numbers_and_pictures():
    x = np.arange(24).reshape(2, 3, 4).astype(np.uint8)
    scaled, third = data.standardize(x, x[:1] + 24)
    assert (scaled.shape, scaled.dtype) == ((2, 3, 4), nn.default_dtype())
    np.testing.assert_array_equal(scaled, np.stack([np.full((3, 4), -1), np.full((3, 4), 1)]))
    np.testing.assert_array_equal(third, np.full((1, 3, 4), 3))


def test_standardize_does_not_round_as_its_columns_do(rng):
    x = (1e6 + rng.normal(0, 3, (5000, 1))).astype(np.float32)
    scaled = data.standardize(x).astype(np.float64)
    assert abs(scaled.mean()) < 1e-6
    assert scaled.std() == pytest.approx(1, rel=1e-6)


# MNIST


def idx(array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


def small_set(n=3, first=1):
    """n pictures of random grey values with the labels first, first + 1, ..."""
    images = np.random.default_rng(first).integers(0, 256, (n, 28, 28), dtype=np.uint8)
    return images, (first + np.arange(n)) % 10


def write_set(folder, images, labels, part="train", ending=""):
    folder.mkdir(parents=True, exist_ok=True)
    pack = gzip.compress if ending else bytes
    (folder / f"{part}-images-idx3-ubyte{ending}").write_bytes(pack(idx(images)))
    (folder / f"{part}-labels-idx1-ubyte{ending}").write_bytes(pack(idx(labels)))


@pytest.mark.parametrize("kind", ["mnist", "fashion_mnist"])
@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_holds_the_files_itself_or_in_one_of_the_kinds_name(
    tmp_path, kind, ending, inside
):
    folder = tmp_path / kind if inside else tmp_path
    images, labels = small_set()
    write_set(folder, images, labels, ending=ending)
    write_set(folder, *small_set(n=2, first=8), "t10k", ending)
    got_images, got_labels = data.read_mnist(kind, folder=tmp_path, download=False)
    assert (got_images.dtype, got_labels.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(got_images, images)
    np.testing.assert_array_equal(got_labels, labels)
    assert got_images.flags.writeable
    assert data.read_mnist(kind, train=False, folder=str(tmp_path))[1].tolist() == [8, 9]


def test_pytorchs_data_sets_read_the_same_files(tmp_path, monkeypatch):
    monkeypatch.delenv("EDUNN_DATA", raising=False)
    images, labels = small_set()
    for kind, load in (("mnist", datasets.MNIST), ("fashion_mnist", datasets.FashionMNIST)):
        write_set(tmp_path / kind, images, labels)
        found = load(root=tmp_path, train=True, download=False)
        assert len(found) == 3
        np.testing.assert_array_equal(found[1][0], images[1])
        assert found[2][1] == labels[2]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loaders_give_grey_values_from_0_to_1(tmp_path, dtype):
    nn.set_default_dtype(dtype)
    images, labels = small_set()
    for kind, load in (("mnist", data.load_mnist), ("fashion_mnist", data.load_fashion_mnist)):
        write_set(tmp_path / kind, images, labels)
        x, y = load(folder=tmp_path)
        assert (x.shape, x.dtype) == ((3, 784), dtype)
        np.testing.assert_allclose(x, images.reshape(3, 784) / 255, rtol=1e-6)
        assert (x.min(), x.max()) == (0, 1)
        np.testing.assert_array_equal(y, labels)
    assert len(data.FASHION_MNIST_CLASSES) == 10
    assert data.FASHION_MNIST_CLASSES[9] == "Ankle boot"


def test_the_argument_goes_before_the_environment_and_that_before_the_cache(
    tmp_path, cache, monkeypatch
):
    write_set(cache / "mnist", *small_set(first=3))
    assert data.read_mnist()[1][0] == 3
    write_set(tmp_path / "named" / "mnist", *small_set(first=2))
    monkeypatch.setenv("EDUNN_DATA", str(tmp_path / "named"))
    assert data.read_mnist()[1][0] == 2
    write_set(tmp_path / "given", *small_set(first=1))
    assert data.read_mnist(folder=tmp_path / "given")[1][0] == 1
    write_set(cache / "fashion_mnist", *small_set(first=4))
    assert data.read_mnist("fashion_mnist")[1][0] == 4  # EDUNN_DATA holds none
    write_set(tmp_path / "given" / "fashion_mnist", *small_set(first=5))
    assert data.read_mnist("fashion_mnist", folder=tmp_path / "given")[1][0] == 5
    assert data.read_mnist("mnist", folder=tmp_path / "given")[1][0] == 1


def test_the_cache_is_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    write_set(tmp_path / ".cache" / "edunn" / "mnist", *small_set(first=6))
    assert data.read_mnist()[1][0] == 6


def test_digits_are_never_taken_for_clothing(tmp_path, monkeypatch):
    digits = np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3])  # as the real ones begin
    write_set(tmp_path, np.zeros((11, 28, 28)), digits)
    monkeypatch.setenv("EDUNN_DATA", str(tmp_path))
    assert data.read_mnist()[1].tolist() == digits.tolist()
    with pytest.raises(data.DataError, match=f"^Fashion-MNIST is not in {tmp_path} and could not"):
        data.read_mnist("fashion_mnist")


def test_a_file_that_is_damaged_is_named(tmp_path):
    images, labels = small_set()
    image_file = tmp_path / "train-images-idx3-ubyte"
    label_file = tmp_path / "train-labels-idx1-ubyte"
    good_images, good_labels = idx(images), idx(labels)
    packed = gzip.compress(good_images)
    for path, content, message in [
        (image_file, good_images[:-1], "holds 2351 numbers, not the 2352 of shape (3, 28, 28) that "
         "its header promises"),
        (image_file, good_images + b"!", "holds 2353 numbers, not the 2352 of shape (3, 28, 28) "
         "that its header promises"),
        (image_file, good_images[:9], "ends within its header: 9 bytes, not 16 or more"),
        (image_file, good_labels, "starts with bytes 00000801, not 00000803, as IDX does"),
        (image_file, b"", "starts with bytes , not 00000803, as IDX does"),
        (image_file, b"<html>no such file</html>", "starts with bytes 3c68746d, not 00000803, as "
         "IDX does"),
        (image_file, idx(images[:, 1:]), "holds pictures of size (27, 28), not (28, 28)"),
        (image_file, packed[:-20], "cannot be read or is damaged: Compressed file ended before the "
         "end-of-stream marker was reached"),
        (image_file, packed[:-8] + bytes(8), "cannot be read or is damaged: CRC check failed"),
        (image_file, packed[:12] + b"\xff" * 20 + packed[32:], "cannot be read or is damaged: "),
        (label_file, good_images, "starts with bytes 00000803, not 00000801, as IDX does"),
        (label_file, good_labels[:-2], "holds 1 numbers, not the 3 of shape (3,) that its header "
         "promises"),
        (label_file, idx(labels[:2]), "holds 2 labels, not one for each of 3 pictures"),
        (label_file, idx(labels + 8), "holds label 11, not only 0 to 9"),
    ]:  # fmt: skip
        write_set(tmp_path, images, labels)
        path.write_bytes(content)
        with pytest.raises(data.DataError) as caught:
            data.read_mnist(folder=tmp_path)
        assert str(caught.value).startswith(f"{path} {message}")
        assert "\n" not in str(caught.value)


def test_what_is_not_there_is_one_line(tmp_path, cache, monkeypatch):
    with pytest.raises(data.DataError) as caught:
        data.load_mnist()
    start, reason, end = str(caught.value).replace("(", ")").split(")")
    assert start == "MNIST is not here and could not be downloaded "
    assert "refused" in reason
    assert end == f": {PUT_THEM}"
    assert isinstance(caught.value, OSError)
    with pytest.raises(data.DataError) as caught:
        data.load_fashion_mnist(folder=tmp_path / "there", download=False)
    assert str(caught.value) == (
        f"Fashion-MNIST is not in {tmp_path / 'there'} and could not be downloaded "
        f"(download=False): {PUT_THEM}"
    )
    assert not (tmp_path / "there").exists()
    monkeypatch.setenv("EDUNN_DATA", str(tmp_path / "typo"))
    with pytest.raises(data.DataError) as caught:
        data.load_mnist()
    assert str(caught.value) == f"EDUNN_DATA names {tmp_path / 'typo'}, which is not a folder"


def test_half_of_the_files_are_not_a_set(tmp_path):
    write_set(tmp_path, *small_set())
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(data.DataError, match="^MNIST is not in "):
        data.read_mnist(folder=tmp_path, download=False)


# downloads


class Mirror:
    """Serves files to 127.0.0.1 and remembers who asked for what."""

    def __init__(self):
        mirror, self.files, self.asked = self, {}, []
        self.breaks_off = self.babbles = False

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.removeprefix("/")
                mirror.asked.append(name)
                if mirror.babbles:
                    self.wfile.write(b"good morning\r\n")
                    return
                if name not in mirror.files:
                    self.send_error(404)
                    return
                self.send_response(200)
                content = mirror.files[name]
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[:10] if mirror.breaks_off else content)

            def log_message(self, *arguments):
                """Nothing: the output belongs to the test."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A mirror with a small Fashion-MNIST, whose checksums are known."""
    mirror = Mirror()
    write_set(tmp_path / "source", *small_set(first=1), "train", ".gz")
    write_set(tmp_path / "source", *small_set(first=5), "t10k", ".gz")
    checksums = {}
    for path in sorted((tmp_path / "source").iterdir()):
        mirror.files[path.name] = path.read_bytes()
        checksums[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(data.mnist.MIRRORS, "fashion_mnist", mirror.address)
    monkeypatch.setitem(data.mnist.CHECKSUMS, "fashion_mnist", checksums)
    thread = threading.Thread(target=mirror.server.serve_forever, args=(0.01,))
    thread.start()
    yield mirror
    mirror.server.shutdown()
    mirror.server.server_close()
    thread.join()


def test_a_download_happens_once_and_brings_all_four_files(mirror, cache, capsys):
    for _ in range(2):
        assert data.read_mnist("fashion_mnist")[1].tolist() == [1, 2, 3]
        assert data.read_mnist("fashion_mnist", train=False)[1].tolist() == [5, 6, 7]
    assert sorted(mirror.asked) == sorted(mirror.files)
    folder = cache / "fashion_mnist"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == mirror.files
    out, err = capsys.readouterr()
    assert "train-images-idx3-ubyte.gz: 100%" in out
    assert err == ""


def test_a_download_goes_to_the_folder_that_was_named(mirror, tmp_path, cache):
    folder = tmp_path / "here" / "and" / "there"
    data.load_fashion_mnist(folder=folder)
    assert {path.name for path in (folder / "fashion_mnist").iterdir()} == set(mirror.files)
    assert not cache.exists()
    data.load_fashion_mnist(train=False, folder=folder)
    assert len(mirror.asked) == 4


def test_only_what_is_missing_is_downloaded(mirror, cache):
    data.load_fashion_mnist()
    (cache / "fashion_mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    data.load_fashion_mnist()
    assert len(mirror.asked) == 4
    data.load_fashion_mnist(train=False)
    assert mirror.asked[4:] == ["t10k-labels-idx1-ubyte.gz"]


def test_nothing_is_asked_for_when_downloads_are_off(mirror, cache):
    with pytest.raises(data.DataError, match=r"\(download=False\)"):
        data.load_fashion_mnist(download=False)
    assert mirror.asked == []
    assert not cache.exists()


def fails(mirror):
    with pytest.raises(data.DataError) as caught:
        data.load_fashion_mnist()
    message = str(caught.value)
    assert message.startswith("Fashion-MNIST is not here and could not be downloaded (")
    assert message.endswith(f"): {PUT_THEM}")
    assert "\n" not in message
    return message


def test_a_file_with_another_checksum_is_not_kept(mirror, cache):
    right = mirror.files["train-images-idx3-ubyte.gz"]
    wrong = right[:-1] + b"!"
    mirror.files["train-images-idx3-ubyte.gz"] = wrong
    got, wanted = (hashlib.sha256(content).hexdigest()[:12] for content in (wrong, right))
    address = f"{mirror.address}train-images-idx3-ubyte.gz"
    assert f"({address} has sha256 {got}..., not {wanted}...)" in fails(mirror)
    kept = {path.name for path in (cache / "fashion_mnist").iterdir()}
    assert kept == {"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}
    mirror.files["train-images-idx3-ubyte.gz"] = right
    assert data.read_mnist("fashion_mnist")[1].tolist() == [1, 2, 3]


def test_a_connection_that_breaks_off_leaves_nothing_behind(mirror, cache):
    mirror.breaks_off = True
    name, content = next(iter(mirror.files.items()))
    assert f"({mirror.address}{name} broke off after 10 of {len(content)} bytes)" in fails(mirror)
    assert list((cache / "fashion_mnist").iterdir()) == []


def test_a_file_that_the_mirror_lacks_is_one_line(mirror, cache):
    mirror.files.clear()
    assert f"({mirror.address}t10k-images-idx3-ubyte.gz answers 404 Not Found)" in fails(mirror)
    assert list((cache / "fashion_mnist").iterdir()) == []


def test_a_mirror_that_speaks_no_http_is_one_line(mirror, cache):
    mirror.babbles = True
    name = "t10k-images-idx3-ubyte.gz"
    assert f"({mirror.address}{name} does not answer in HTTP: BadStatusLine('good" in fails(mirror)
    assert list((cache / "fashion_mnist").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_one_line(mirror, cache):
    cache.parent.mkdir()
    cache.write_text("a file, where the folder should be")
    assert "Not a directory" in fails(mirror)


def test_a_folder_of_the_wrong_name_is_told(mirror, cache):
    digits = np.array([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    write_set(cache / "fashion_mnist", np.zeros((10, 28, 28)), digits, "t10k")
    with pytest.raises(data.DataError) as caught:
        data.load_fashion_mnist(train=False)
    assert str(caught.value) == (
        f"{cache / 'fashion_mnist'} holds another data set than Fashion-MNIST"
    )


# the real files, where this machine has them


@pytest.fixture
def real(monkeypatch):
    if REAL is None or not any(Path(REAL).rglob("train-images-idx3-ubyte*")):
        pytest.skip("no MNIST here: name a folder with its four IDX files in EDUNN_DATA")
    monkeypatch.setenv("EDUNN_DATA", REAL)


def test_the_real_mnist_is_the_real_one(real):
    images, labels = data.read_mnist()
    assert (images.shape, images.dtype) == ((60000, 28, 28), np.uint8)
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(labels).tolist() == counts
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert images.std() / 255 == pytest.approx(0.3081, abs=5e-5)
    content = hashlib.md5(idx(images)).hexdigest()
    assert content == "6bbc9ace898e44ae57da46a324031adb"  # of the file at its source, unpacked


def test_the_real_test_set_is_the_real_one(real):
    x, y = data.load_mnist(train=False)
    assert (x.shape, x.dtype) == ((10000, 784), np.float32)
    assert (x.min(), x.max()) == (0, 1)
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(y).tolist() == counts
    images = np.rint(x * 255).reshape(-1, 28, 28)
    assert hashlib.md5(idx(images)).hexdigest() == "2646ac647ad5339dbf082846283269ea"
