"""For each exercise: the stub is not attempted, typical mistakes are met with fitting words, the solution is done."""

import itertools
import math
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.data.pairs import Episodes
from lessons_lib.evaluation import one_shot_accuracy, recall_at_k, roc, tar_at_far
from lessons_lib.exercises import DONE, EXERCISES, NOT_ATTEMPTED, NOT_YET, check
from lessons_lib.exercises.lesson_00 import angle
from lessons_lib.exercises.lesson_01 import chord, contrastive, triplets
from lessons_lib.exercises.lesson_02 import boundary, cosines, tie
from lessons_lib.exercises.lesson_03 import left, moved
from lessons_lib.exercises.lesson_04 import edge, psi
from lessons_lib.exercises.lesson_05 import combined, cosface_edge, factor
from lessons_lib.exercises.lesson_06 import floor, next_scale, scale_for
from lessons_lib.exercises.lesson_07 import energy, push, simplex_cosine
from lessons_lib.exercises.lesson_08 import coefficients, lets_go, squared_error
from lessons_lib.exercises.lesson_09 import class_similarity, recall_at_1, smoothed
from lessons_lib.exercises.lesson_10 import by_chance, one_shot, rates
from lessons_lib.exercises.lesson_12 import held_back, least_scale, strict_threshold
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    CenterLoss,
    CombinedMarginLoss,
    ContrastiveLoss,
    P2SGradLoss,
    SoftTripleLoss,
    SphereFaceLoss,
    uniform_energy,
)
from lessons_lib.losses.adacos import fixed_scale

TEXTS = Path(__file__).parents[2] / "notebooks" / "text"


def bisected(falling, end):
    """Where a falling function is zero, between 0 and `end`."""
    low, high = 0.0, end
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return low


def slope(function, theta):
    """The derivative of a function of angles, by autograd."""
    theta = theta.clone().requires_grad_()
    return torch.autograd.grad(function(theta).sum(), theta)[0]


def relu(value):
    return torch.clamp(value, min=0)


def one_by_one(distance, same, margin):
    """1.1 by a loop over the pairs."""
    pairs = zip(distance.tolist(), same.tolist(), strict=True)
    return [d**2 / 2 if alike else max(0, margin - d) ** 2 / 2 for d, alike in pairs]


def by_the_library(distance, same, margin):
    """1.1 by the library's loss, a pair at a time."""
    ends = torch.stack([distance, torch.zeros_like(distance)], dim=1)
    loss = ContrastiveLoss(margin)
    return torch.stack([loss(end[None], 0 * end[None], alike[None]) for end, alike in zip(ends, same, strict=True)])


def filled(distance, same, margin):
    """1.1 into an empty tensor."""
    losses = torch.empty_like(distance)
    losses[same], losses[~same] = distance[same] ** 2 / 2, relu(margin - distance[~same]) ** 2 / 2
    return losses


def either(one, two):
    """1.1 with these of m and D for the two kinds."""
    return lambda d, same, m: torch.where(same, one(m, d), two(m, d))


def nudged(center, points, alpha):
    """3.1 by the library, whose update takes x − c and has all classes."""
    loss = CenterLoss(2, 2, alpha)
    loss.centers.copy_(center.expand(2, 2))
    loss.follow(points - center, torch.zeros(len(points), dtype=torch.int64))
    return loss.centers[0]


def moved_in_place(center, points, alpha):
    """3.1 by a loop, the centre given moved on the way."""
    total = torch.zeros(2)
    for point in points:
        total = total + center - point
    center -= alpha * total / (1 + len(points))
    return center


def walked(count, alpha, steps):
    """3.2 by really taking the steps."""
    points = torch.randn(count, 2, generator=torch.Generator().manual_seed(0)).double()
    start = center = torch.tensor([3.0, -2.0]).double()
    for _ in range(steps):
        center = moved(center, points, alpha)
    return (center - points.mean(dim=0)).norm() / (start - points.mean(dim=0)).norm()


def pieces(theta, m, k):
    """SphereFace's curve with this for k."""
    return (-1) ** k * torch.cos(m * theta) - 2 * k


def finished(theta, m):
    """k, the pieces of the curve that θ has passed."""
    return torch.floor(m * theta / math.pi)


def open_pieces(theta, m):
    """SphereFace's curve piece by piece, each without its ends."""
    found = torch.zeros_like(theta)
    for k in range(m):
        inside = (theta > k * math.pi / m) & (theta < (k + 1) * math.pi / m) | (theta == 0)
        found[inside] = pieces(theta[inside], m, k)
    return torch.where(theta == 0, 1, found)


def adacos_share(scale, angle, num_classes):
    """P_y with the other classes at 90°, for 6.1."""
    return float(F.softmax(torch.tensor([scale * math.cos(angle)] + [0.0] * (num_classes - 1)).double(), dim=0)[0])


def followed(scale, cosines, labels):
    """6.2 by the library."""
    head = AdaCosLoss(cosines.shape[1], 4).double()
    head.scale.fill_(scale)
    head.follow(cosines, labels)
    return head.scale


def others_sums(scale, cosines, labels):
    """Σ e^{s·cos θ_j} over the other classes, for each sample."""
    return torch.exp(scale * cosines).masked_fill(own(cosines, labels).bool(), 0).sum(dim=1)


def target_angles(cosines, labels):
    return torch.acos(cosines.gather(1, labels[:, None]).squeeze(1))


def over(divisor):
    """6.2 with ln B divided by this of the target angles."""
    return lambda s, c, y: others_sums(s, c, y).mean().log() / divisor(target_angles(c, y))


def with_b(log_b):
    """6.2 with this in place of ln B, made from the others' sums of the samples."""
    return lambda s, c, y: log_b(others_sums(s, c, y)) / math.cos(min(math.pi / 4, float(target_angles(c, y).median())))


def on_a_simplex(scale, num_classes):
    """6.3 by the cross-entropy of features on the weights of a real simplex."""
    corners = F.normalize(torch.eye(num_classes).double() - 1 / num_classes)
    return F.cross_entropy(scale * corners @ corners.T, torch.arange(num_classes))


def remains(scale, others, apart):
    """6.3 with this many others, their cosine `apart` below the true class's."""
    return math.log(1 + others * math.exp(-scale * apart))


def distances(points):
    """Of all points from all, (N, N)."""
    return torch.cdist(F.normalize(points), F.normalize(points))


def pairwise(points):
    """7.1 by two loops."""
    unit = [point / point.norm() for point in points]
    each = [1 / (1 + (a - b).norm()) for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j]
    return sum(each) / len(each)


def of_each(points, value):
    """7.1 with this in place of 1/(1 + d)."""
    return value(F.pdist(F.normalize(points))).mean()


def repelled(angle):
    """7.2 by autograd, from two real points on the circle."""
    moving = angle.clone().requires_grad_()
    d = torch.stack([moving.cos() - 1, moving.sin()]).norm(dim=0)
    return -torch.autograd.grad((1 / (1 + d)).sum(), moving)[0]


def accepted(scores, same, threshold):
    """How many impostors and how many genuine pairs, for 10.1."""
    return ((scores >= threshold) & ~same).sum(), ((scores >= threshold) & same).sum()


def of_all_accepted(scores, same, threshold):
    """10.1 with the shares of what is accepted, 0 where nothing is."""
    far, tar = accepted(scores, same, threshold)
    return (far / (far + tar), tar / (far + tar)) if far + tar else (0, 0)


def counted(scores, same, threshold):
    """10.1 by a loop over the pairs."""
    found = {True: [], False: []}
    for score, kind in zip(scores.tolist(), same.tolist(), strict=True):
        found[kind].append(score >= threshold)
    return [sum(found[kind]) / len(found[kind]) for kind in (False, True)]


def on_the_roc(scores, same, threshold):
    """10.1 by the library's curve."""
    curve = roc(scores, same)
    at = int((curve.thresholds >= threshold).sum()) - 1
    return curve.far[at], curve.tar[at]


def share(chosen):
    """10.2 of the rows chosen for the queries."""
    return (chosen == torch.arange(len(chosen))).float().mean()


def with_unit(search):
    """10.2 by this search among unit vectors."""
    return lambda support, query: share(search(F.normalize(query), F.normalize(support)))


def in_an_episode(support, query):
    """10.2 by the library, each task an episode with one image a class."""
    rows = torch.arange(2 * len(query)).reshape(2, 1, len(query), 1)
    return one_shot_accuracy(torch.cat([support, query]), Episodes(*rows))


def walked_through(support, query):
    """10.2 by two loops."""
    right = 0
    for i, asked in enumerate(query):
        found = [float(asked @ known / (asked.norm() * known.norm())) for known in support]
        right += found.index(max(found)) == i
    return right / len(query)


def sorted_apart(seeds):
    """10.3 by counting the ways to hand out places, up to five seeds."""
    if seeds > 5:
        return by_chance(seeds)
    ways = list(itertools.combinations(range(2 * seeds), seeds))
    return sum(max(way) < seeds or min(way) >= seeds for way in ways) / len(ways)


def drawn_one_by_one(seeds):
    """10.3: the highest run is of one of the two, and so must the next n − 1 be."""
    return math.prod((seeds - i) / (2 * seeds - i) for i in range(1, seeds))


def impostors_down(scores, same):
    """The impostors' scores from the highest down, for 12.2."""
    return scores[~same].sort(descending=True).values


def tried_from_below(scores, same, far):
    """12.2 by trying every impostor's score, from the lowest up, until few enough get in."""
    impostors = scores[~same]
    return next(t for t in impostors.sort().values.tolist() if (impostors >= t).double().mean() <= far)


def bisected_scale(probability, num_classes):
    """12.3 by the softmax of a feature on a weight of the simplex."""

    def missing(scale):
        own, other = math.exp(scale), (num_classes - 1) * math.exp(-scale / (num_classes - 1))
        return probability - own / (own + other)

    return bisected(missing, 40.0)


def own(cosines, labels):
    """[j = y] for a whole batch, float64."""
    return F.one_hot(labels, cosines.shape[1]).double()


def shares(cosines, labels, scale, margin):
    """CosFace's probabilities."""
    return F.softmax(scale * (cosines - margin * own(cosines, labels)), dim=1)


def margin_off_whole_columns(cosines, labels, scale, margin):
    """What `cosines[:, labels]` does where the row's own class is meant."""
    cosines[:, labels] -= margin
    return scale * (F.softmax(scale * cosines, dim=1) - own(cosines, labels))


def by_autograd(cosines, labels, scale, margin):
    """CosFace's coefficients as autograd has them."""
    cosines.requires_grad_()
    loss = F.cross_entropy(scale * (cosines - margin * own(cosines, labels)), labels, reduction="sum")
    return torch.autograd.grad(loss, cosines)[0]


def arcface_share(theta, scale, margin, num_classes):
    """P_y with the other classes at 90°."""
    return 1 / (1 + (num_classes - 1) * math.exp(-scale * math.cos(theta + margin)))


def in_place(cosines, labels):
    """½ Σ (cos θ_j − [j = y])², the batch given changed on the way."""
    cosines[torch.arange(len(labels)), labels] -= 1
    return cosines.square_().sum() / (2 * len(labels))


def with_backward(cosines, labels):
    """A loss whose graph is used up."""
    loss = squared_error(cosines, labels)
    loss.backward()
    return loss


# number -> wrong answer, words that must be in the reply
def zeros(cosines):
    """The labels of 9.1."""
    return torch.zeros(len(cosines), dtype=torch.int64)


def gaps(cosines):
    """cos θ_j − cos θ_y of 9.1, the true class's own 0 among them."""
    return cosines - cosines[:, :1]


def several(cosines, gamma):
    """9.2 by the library, its cosines given."""
    head = SoftTripleLoss(*cosines.shape[1:2], 2, cosines.shape[2], gamma=gamma)
    head.center_cosines = lambda embeddings: embeddings
    return head.cosines(cosines)


def found_by(scores, labels):
    """9.3 with these for the cosines."""
    return (labels[scores.fill_diagonal_(-math.inf).argmax(dim=1)] == labels).double().mean()


def one_after_the_other(embeddings, labels):
    """9.3 by two loops."""
    hits = 0
    for i, one in enumerate(embeddings):
        cosine = {j: float(F.cosine_similarity(one, other, dim=0)) for j, other in enumerate(embeddings) if j != i}
        hits += int(labels[max(cosine, key=cosine.get)] == labels[i])
    return hits / len(labels)


MISTAKES = {
    "0.1": [
        (0.5, "still in radians"),
        (0.5 * 180, "divide by π"),
        (math.radians(0.5), "other way round"),
        (0.5 * 360 / math.pi, "whole turn is 2π"),
        (28.0, "should be 28.648; yours is 28.000"),
        ("28.65 degrees", "A number or a tensor is wanted; yours is str"),
    ],
    "0.2": [
        (lambda a, b: torch.cosine_similarity(a, b, dim=0), "one arccos is missing"),
        (lambda a, b: torch.rad2deg(angle(a, b)), "in degrees"),
        (lambda a, b: a @ b, "divide by both lengths"),
        (lambda a, b: torch.acos(a @ b), "divide by both lengths first"),
        (lambda a, b: torch.acos(a @ b / a.norm()), "Only one of the two"),
        (lambda a, b: torch.acos(a @ b / b.norm()), "Only one of the two"),
        (lambda a: a, "raised TypeError"),
        (0.3, "wants the function itself"),
    ],
    "1.2": [
        (lambda d, same, m: contrastive(d, ~same, m), "The two kinds are exchanged"),
        (lambda d, same, m: 2 * contrastive(d, same, m), "The ½ is missing."),
        (either(lambda m, d: d**2, lambda m, d: relu(m - d) ** 2 / 2), "The ½ is missing for pairs of one class"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m - d) ** 2), "The ½ is missing for pairs of two"),
        (either(lambda m, d: d, lambda m, d: relu(m - d)), "Nothing is squared in yours, and the ½"),
        (either(lambda m, d: d / 2, lambda m, d: relu(m - d) / 2), "Nothing is squared in yours: take ½"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m - d) / 2), "The square is missing for pairs of two"),
        (either(lambda m, d: d / 2, lambda m, d: relu(m - d) ** 2 / 2), "The square is missing for pairs of one"),
        (either(lambda m, d: d**2 / 2, lambda m, d: (m - d) ** 2 / 2), "Past the margin the loss grows again"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu((m - d) ** 2) / 2), "Past the margin the loss grows again"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(d - m) ** 2 / 2), "m and D are exchanged"),
        (either(lambda m, d: relu(d - m) ** 2 / 2, lambda m, d: relu(m - d) ** 2 / 2), "for pairs of one class, too"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m - d**2) / 2), "against the squared distance"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m**2 - d**2) / 2), "You squared m and D one by one"),
        (either(lambda m, d: d**2 / 2, lambda m, d: -(d**2) / 2), "Without a margin"),
        (either(lambda m, d: d**2 / 2, lambda m, d: -(relu(m - d) ** 2) / 2), "The sign is turned"),
        (lambda d, same, m: d**2 / 2, "same has no say in yours: that is ½D²"),
        (lambda d, same, m: relu(m - d) ** 2 / 2, "same has no say in yours: that is ½max"),
        (lambda d, same, m: d**2 / 2 + relu(m - d) ** 2 / 2, "not their sum"),
        (either(lambda m, d: d**2 / 2, lambda m, d: 0), "pairs of two classes cost nothing"),
        (either(lambda m, d: 0, lambda m, d: relu(m - d) ** 2 / 2), "pairs of one class cost nothing"),
        (lambda d, same, m: contrastive(d, same, 1), "The margin is 1 every time"),
        (lambda d, same, m: torch.cat([d[same] ** 2, relu(m - d[~same]) ** 2]) / 2, "have changed places"),
        (lambda d, same, m: contrastive(d, same, m).mean(), "One number is wanted for each of the 82 pairs"),
        (lambda d, same, m: contrastive(d, same, m) ** 2, "Not the same yet"),
        (lambda d, same, m: d / 0, "not finite"),
        (lambda d, same, m: d if same else m, "Your function raised RuntimeError"),
        (lambda d, same, m: (1 - same) * d, "Your function raised RuntimeError"),
        (lambda d, same, m: print(end=""), "returned nothing"),
        (0.5, "wants the function itself"),
    ],
    "1.1": [
        (lambda theta: 2 - 2 * torch.cos(theta), "the squared distance"),
        (lambda theta: theta, "That is the arc"),
        (torch.rad2deg, "in degrees, the way along the circle"),
        (lambda theta: chord(torch.rad2deg(theta)), "You turned the angle into degrees"),
        (lambda theta: chord(torch.deg2rad(theta)), "in radians already"),
        (torch.cos, "That is the cosine"),
        (lambda theta: 1 - torch.cos(theta), "half of the squared distance"),
        (lambda theta: torch.sqrt(1 - torch.cos(theta)), "A factor 2 is missing"),
        (lambda theta: torch.sqrt(2 - torch.cos(theta)), "The 2 before the cosine"),
        (lambda theta: 2 * torch.sin(theta), "Half of the angle"),
        (torch.sin, "That is sin θ"),
        (lambda theta: torch.sin(theta / 2), "half of the distance"),
        (lambda theta: 2 * torch.cos(theta / 2), "the length of the sum"),
        (lambda theta: torch.sqrt(2 + 2 * torch.cos(theta)), "the length of the sum"),
        (lambda theta: 2 * torch.tan(theta / 2), "The tangent"),
        (lambda theta: chord(theta).sum(), "for each of the 61 angles"),
        (lambda theta: chord(theta) ** 3, "Not the same yet"),
        (lambda theta: torch.sqrt(torch.cos(theta)), "not finite"),
        (lambda theta: 2 * math.sin(theta / 2), "Your function raised"),
        (lambda theta: print(end=""), "returned nothing"),
    ],
    "1.3": [
        (lambda c, n: c * n * n * (c - 1) * n, "An anchor is its own positive"),
        (lambda c, n: c * math.comb(n, 2) * (c - 1) * n, "That is half of them"),
        (lambda c, n: (c * n) ** 3, "any three images: "),
        (lambda c, n: c * n * (c * n - 1) * (c * n - 2), "any three different images"),
        (lambda c, n: math.comb(c * n, 3), "any three images in any order"),
        (lambda c, n: c * n * (n - 1) * c * n, "from classes − 1 others"),
        (lambda c, n: c * n * n * c * n, "and the anchor its own positive"),
        (lambda c, n: c * n * (n - 1) * (c - 1), "A factor images is missing"),
        (lambda c, n: c * (n - 1) * (c - 1) * n, "A factor images is missing"),
        (lambda c, n: c * n * (n - 1) * n, "That is one negative class"),
        (lambda c, n: c * n * (n - 1), "The negative is missing"),
        (lambda c, n: c * n * (c - 1) * n, "The positive is missing"),
        (lambda c, n: (n - 1) * (c - 1) * n, "the triplets of one anchor"),
        (lambda c, n: n * (n - 1) * (c - 1) * n, "the triplets of one class"),
        (lambda c, n: c * n * n - 1 * (c - 1) * n, "* images - 1"),
        (lambda c, n: c * n * (n - 1) * c - 1 * n, "* classes - 1"),
        (lambda c, n: c * n * (n - 1) * (c - 1) * (n - 1), "counted without one image"),
        (lambda c, n: (c, n), "One number is wanted each time"),
        (lambda c, n: triplets(c, n) + 1000, "it should be 39,600; yours is 40,600"),
        (lambda c, n: 3 * triplets(c, n), "it should be 75,240,000; yours is 225,720,000"),
        (lambda c, n: math.inf, "not finite"),
        (lambda c: c, "Your function raised TypeError"),
        (684_000, "wants the function itself"),
    ],
    "2.1": [
        (lambda x, w: x @ w.T, "dot products"),
        (lambda x, w: F.normalize(x) @ w.T, "class weights still have their lengths"),
        (lambda x, w: x @ F.normalize(w).T, "features still have their lengths"),
        (lambda x, w: F.normalize(x, dim=0) @ F.normalize(w, dim=0).T, "dim=0"),
        (lambda x, w: cosines(w, x), "Turned round"),
        (lambda x, w: cosines(x, w).sum(), "shape should be (73, 3)"),
        (lambda x, w: print(end=""), "returned nothing"),
    ],
    "2.2": [
        (lambda a, b: (a + b) / 2, "across the seam"),
        (lambda a, b: math.degrees(boundary(a, b)), "degrees"),
        (lambda a, b: math.remainder(b - a, 2 * math.pi) / 2, "half of the way from a to b"),
        (lambda a, b: (b - a) / 2, "half of b − a"),
        (lambda a, b: a, "Not the same yet"),
    ],
    "2.3": [
        (lambda ratio, apart: apart / 2, "bisector"),
        (lambda ratio, apart: math.tan(tie(ratio, apart)), "arctan is missing"),
        (lambda ratio, apart: tie(1 / ratio, apart), "upside down"),
        (lambda ratio, apart: math.degrees(tie(ratio, apart)), "return radians"),
        (lambda ratio, apart: ratio / 0, "raised ZeroDivisionError"),
        (lambda ratio, apart: math.nan, "not finite"),
    ],
    "3.1": [
        (lambda c, x, a: c - a * (c - x).mean(dim=0), "Divided by n, which is 0"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / len(x), "Divided by n, which is 0"),
        (lambda c, x, a: (1 - a) * c + a * x.mean(dim=0), "Divided by n, which is 0"),
        (lambda c, x, a: c - a / len(x) * (c - x).sum(dim=0), "divides by zero when the class has no point"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / max(1, len(x)), "with the empty batch apart"),
        (lambda c, x, a: c - a * (c - x.mean(dim=0)) if len(x) else c, "with the empty batch apart"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0), "Not divided"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / 1 + len(x), "Brackets are missing"),
        (lambda c, x, a: c + a * (c - x).sum(dim=0) / (1 + len(x)), "moves away"),
        (lambda c, x, a: moved(c, x, 1 - a), "α is on the wrong side: "),
        (lambda c, x, a: a * c + (1 - a) * x.mean(dim=0), "α is on the wrong side, and n divides"),
        (lambda c, x, a: c - (c - x).sum(dim=0) / (1 + len(x)), "α is missing"),
        (lambda c, x, a: x.mean(dim=0), "the mean of the points"),
        (lambda c, x, a: a * (x - c).sum(dim=0) / (1 + len(x)), "the change alone"),
        (lambda c, x, a: a * (c - x).sum(dim=0) / (1 + len(x)), "what comes off"),
        (lambda c, x, a: (c - x).sum(dim=0) / (1 + len(x)), "That is the Δ"),
        (lambda c, x, a: c - a * (c - x.sum(dim=0)) / (1 + len(x)), "in the sum only once"),
        (lambda c, x, a: c - a * (c - x.sum(dim=0) / (1 + len(x))), "divides the points alone"),
        (lambda c, x, a: c - a * (c - x).sum() / (1 + len(x)), "over the coordinates too"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / (1 + x.numel()), "counts the coordinates too"),
        (lambda c, x, a: c - a * (c - x).sum(dim=1) / (1 + len(x)), "are the rows: dim=0"),
        (lambda c, x, a: c - a * (c - x) / (1 + len(x)), "with n = 0 yours has shape (0, 2)"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0, keepdim=True) / (1 + len(x)), "yours has shape (1, 2)"),
        (lambda c, x, a: (c - x).sum(), "yours has shape ()"),
        (lambda c, x, a: c, "Not the same yet"),
        (lambda c, x, a: moved(c, x, a**2), "Not the same yet"),
        (lambda c, x, a: c.sub_(a), "Not the same yet"),
        (lambda c, x, a: c.sub_(a) and None, "Your function raised RuntimeError: Boolean value"),
        (lambda c, x, a: print(end=""), "returned nothing"),
        (lambda c, x: c, "Your function raised TypeError"),
        (0.5, "wants the function itself"),
    ],
    "3.2": [
        (lambda n, a, k: 1 - left(n, a, k), "the share gone: what is left"),
        (lambda n, a, k: (a * n / (n + 1)) ** k, "one update's share gone, to the power"),
        (lambda n, a, k: (1 - a / (n + 1)) ** k, "the n on top is missing"),
        (lambda n, a, k: (1 - a) ** k, "α alone"),
        (lambda n, a, k: (1 - n / (n + 1)) ** k, "α is missing"),
        (lambda n, a, k: (1 - a * (n + 1) / n) ** k, "Upside down"),
        (lambda n, a, k: (1 - a * n) ** k, "Not divided by n + 1"),
        (lambda n, a, k: (1 - a * n / n + 1) ** k, "Brackets are missing"),
        (lambda n, a, k: 1 - a * n / (n + 1), "That is after one update"),
        (lambda n, a, k: 1 - k * a * n / (n + 1), "The steps do not add up"),
        (lambda n, a, k: k * (1 - a * n / (n + 1)), "You multiplied by steps"),
        (lambda n, a, k: (1 + a * n / (n + 1)) ** k, "The sign is turned"),
        (lambda n, a, k: math.exp(-k * a * n / (n + 1)), "for small steps alone"),
        (lambda n, a, k: 100 * left(n, a, k), "in percent"),
        (lambda n, a, k: [left(n, a, step) for step in range(k)], "One number is wanted: a share"),
        (lambda n, a, k: left(n, a, k + 1), "Not the same yet"),
        (lambda n, a, k: math.nan, "not finite"),
        (lambda n, a, k: a / k, "Your function raised ZeroDivisionError"),
    ],
    "4.1": [
        (lambda theta, m: torch.cos(m * theta), "That is cos(mθ)"),
        (lambda theta, m: pieces(theta, m, torch.floor(theta / math.pi)), "That is cos(mθ)"),
        (lambda theta, m: torch.cos(m * theta) - 2 * finished(theta, m), "(−1)^k is missing"),
        (
            lambda theta, m: -(1 ** finished(theta, m)) * torch.cos(m * theta) - 2 * finished(theta, m),
            "(-1) ** k",
        ),
        (lambda theta, m: (-1) ** finished(theta, m) * torch.cos(m * theta), "− 2k is missing"),
        (lambda theta, m: psi(theta, m) + 4 * finished(theta, m), "2k is added"),
        (lambda theta, m: psi(theta, m) + finished(theta, m), "only once"),
        (
            lambda theta, m: (-1) ** finished(theta, m) * (torch.cos(m * theta) - 2 * finished(theta, m)),
            "multiplies 2k as well",
        ),
        (lambda theta, m: pieces(theta, m, torch.floor(m * theta)), "k is ⌊mθ⌋"),
        (lambda theta, m: pieces(theta, m, torch.round(m * theta / math.pi)), "to the nearest whole number"),
        (lambda theta, m: pieces(theta, m, torch.ceil(m * theta / math.pi)), "k is rounded up"),
        (lambda theta, m: pieces(theta, m, m * theta / math.pi), "k is not rounded"),
        (lambda theta, m: pieces(theta, m, 1 + finished(theta, m)), "k begins at 1"),
        (lambda theta, m: m * torch.cos(theta), "That is m·cos θ"),
        (
            lambda theta, m: (-1) ** finished(theta, m) * m * torch.cos(theta) - 2 * finished(theta, m),
            "m stands outside the cosine",
        ),
        (lambda theta, m: pieces(theta, 1, finished(theta, m)), "m is missing in the cosine"),
        (lambda theta, m: torch.cos(torch.clamp(m * theta, max=math.pi)), "stays at −1"),
        (lambda theta, m: psi(torch.rad2deg(theta), m), "You turned the angle into degrees"),
        (lambda theta, m: pieces(torch.rad2deg(theta), m, finished(theta, m)), "the cosine is given degrees"),
        (lambda theta, m: psi(torch.deg2rad(theta), m), "nothing is to be converted"),
        (open_pieces, "at θ = kπ/m it should be 1 − 2k"),
        (lambda theta, m: torch.where(theta < math.pi, psi(theta, m), 0), "or at π itself"),
        (lambda theta, m: psi(theta, m).mean(), "for each of the 62 angles"),
        (lambda theta, m: psi(theta, 4), "Not the same yet"),
        (lambda theta, m: psi(theta, m) * math.nan, "not finite"),
        (lambda theta, m: math.cos(m * theta), "Your function raised"),
    ],
    "4.2": [
        (lambda between, m: between / 2, "half-way, the edge of plain softmax"),
        (lambda between, m: between / m, "Divided by m alone"),
        (lambda between, m: between / (2 * m), "Half-way, divided by m"),
        (lambda between, m: between / (m - 1), "m − 1 would be for a feature beyond"),
        (lambda between, m: between / m + 1, "Brackets are missing"),
        (lambda between, m: between * m / (m + 1), "the angle to the other weight"),
        (lambda between, m: between / 2 - edge(between, m), "from half-way"),
        (lambda between, m: between - 2 * edge(between, m), "the band between the two edges"),
        (lambda between, m: (between - m) / 2, "ArcFace's edge"),
        (lambda between, m: between - m, "m is no angle"),
        (lambda between, m: math.degrees(edge(between, m)), "return radians"),
        (lambda between, m: edge(math.radians(between), m), "nothing is to be converted"),
        (lambda between, m: (between, m), "One number is wanted"),
        (lambda between, m: math.pi / (m + 1), "Not the same yet"),
        (lambda between, m: m / between, "not finite"),
        (lambda between, m: between.div(m + 1), "Your function raised AttributeError"),
        (lambda between: between, "Your function raised TypeError"),
    ],
    "5.1": [
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2) + m3, "m3 is added"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * (theta + m2)) - m3, "m1 multiplies m2 as well"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta) + m2 - m3, "m2 stands outside"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta) - m2 - m3, "m2 is taken off outside"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2 - m3), "m3 stands inside"),
        (lambda theta, m1, m2, m3: m1 * torch.cos(theta + m2) - m3, "m1 stands outside"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta - m2) - m3, "taken off the angle"),
        (lambda theta, m1, m2, m3: torch.cos(torch.rad2deg(m1 * theta + m2)) - m3, "torch.cos wants radians"),
        (lambda theta, m1, m2, m3: torch.cos(torch.deg2rad(m1 * theta + m2)) - m3, "theta and m2 are in radians"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + math.radians(m2)) - m3, "m2 is in radians"),
        (lambda theta, m1, m2, m3: torch.cos(theta + m2) - m3, "m1 is missing"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta) - m3, "m2 is missing"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2), "m3 is missing"),
        (lambda theta, m1, m2, m3: combined(theta, m1, m2, m3).mean(), "for each of the 60 angles"),
        (lambda theta, m1, m2, m3: theta if m2 else m3, "for each of the 60 angles"),
        (lambda theta, m1, m2, m3: math.cos(m1 * theta + m2) - m3, "Your function raised"),
    ],
    "5.2": [
        (lambda apart, margin: apart / 2, "the margin is still missing"),
        (lambda apart, margin: (apart - margin) / 2, "ArcFace's edge"),
        (lambda apart, margin: apart / 2 - margin, "no angle"),
        (lambda apart, margin: apart / 2 - math.asin(margin), "The sine is m alone"),
        (lambda apart, margin: apart / 2 - math.asin(margin / 2), "The sine is m/2"),
        (lambda apart, margin: apart / 2 - math.asin(margin / math.sin(apart / 2)), "A factor 2 is missing"),
        (lambda apart, margin: apart / 2 - math.asin(margin / (2 * math.sin(apart))), "half of apart"),
        (lambda apart, margin: apart / 2 - margin / (2 * math.sin(apart / 2)), "arcsin is missing"),
        (lambda apart, margin: apart / 2 - cosface_edge(apart, margin), "from the boundary"),
        (lambda apart, margin: apart / 2 + math.asin(margin / (2 * math.sin(apart / 2))), "far side"),
        (lambda apart, margin: math.acos(min(1, math.cos(apart) + margin)), "The other cosine moves"),
        (lambda apart, margin: math.degrees(cosface_edge(apart, margin)), "return radians"),
        (lambda apart, margin: (apart, margin), "One number is wanted"),
        (lambda apart, margin: cosface_edge(math.radians(36), margin), "Not the same yet"),
    ],
    "5.3": [
        (lambda theta, margin: torch.sin(theta) / torch.sin(theta + margin), "Upside down"),
        (lambda theta, margin: torch.cos(theta + margin) / torch.cos(theta), "ratio of the two cosines"),
        (lambda theta, margin: torch.sin(theta + margin), "up to its sign"),
        (lambda theta, margin: -torch.sin(theta + margin), "still to be divided"),
        (lambda theta, margin: -factor(theta, margin), "sign is turned"),
        (lambda theta, margin: torch.sin(theta + margin) - torch.sin(theta), "difference of the two slopes"),
        (lambda theta, margin: 1 + math.sin(margin) / torch.sin(theta), "is not sin θ + sin m"),
        (lambda theta, margin: factor(torch.deg2rad(theta), math.radians(margin)), "theta and margin are in radians"),
        (lambda theta, margin: factor(theta, math.radians(margin)), "margin is in radians"),
        (lambda theta, margin: 1.0, "for each of the 90 angles"),
        (lambda theta, margin: factor(theta, 0.5), "Not the same yet"),
    ],
    "6.1": [
        (lambda p, angle, classes: scale_for(p, angle, classes + 1), "The others are C − 1"),
        (lambda p, angle, classes: math.log((classes - 1) * p) / math.cos(angle), "p stands alone"),
        (lambda p, angle, classes: math.log((classes - 1) * (1 - p) / p) / math.cos(angle), "Upside down"),
        (lambda p, angle, classes: math.log((classes - 1) * p / 1 - p) / math.cos(angle), "Brackets are missing"),
        (lambda p, angle, classes: math.log(p / (1 - p)) / math.cos(angle), "C − 1 is missing"),
        (lambda p, angle, classes: math.log(classes - 1) / math.cos(angle), "p is missing"),
        (lambda p, angle, classes: math.log(classes - 1) * p / (1 - p) / math.cos(angle), "takes C − 1 alone"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)), "divide by the cosine of the angle"),
        (lambda p, angle, classes: scale_for(p, math.radians(angle), classes), "which is in radians already"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)) * math.cos(angle), "You multiplied"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)) / angle, "You divided by the angle"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)) / math.sin(angle), "That is the sine"),
        (lambda p, angle, classes: scale_for(p, math.degrees(angle), classes), "You turned the angle into degrees"),
        (lambda p, angle, classes: math.log10((classes - 1) * p / (1 - p)) / math.cos(angle), "base 10"),
        (lambda p, angle, classes: math.log2((classes - 1) * p / (1 - p)) / math.cos(angle), "base 2"),
        (lambda p, angle, classes: (classes - 1) * p / (1 - p) / math.cos(angle), "The logarithm is missing"),
        (lambda p, angle, classes: (p, angle), "One number is wanted each time"),
        (lambda p, angle, classes: fixed_scale(classes), "Not the same yet"),
        (lambda p, angle, classes: math.nan, "not finite"),
        (lambda p, angle, classes: math.log(p - 1), "Your function raised ValueError"),
        (lambda p, angle: p, "Your function raised TypeError"),
    ],
    "6.2": [
        (with_b(lambda sums: (sums + 1).mean().log()), "The true class still counts 1"),
        (
            lambda s, c, y: (
                torch.exp(s * c).sum(dim=1).mean().log() / target_angles(c, y).median().clamp(max=0.25 * math.pi).cos()
            ),
            "The true class is in B as well",
        ),
        (with_b(lambda sums: (sums / 9).mean().log()), "You averaged over the classes too"),
        (with_b(lambda sums: sums.sum().log()), "B is summed over the samples"),
        (with_b(lambda sums: sums.log().mean()), "the mean of the logarithms"),
        (lambda s, c, y: next_scale(1, c, y), "The scale is missing in the exponent"),
        (with_b(lambda sums: sums.mean()), "The logarithm of B is missing"),
        (over(lambda theta: theta.mean().clamp(max=math.pi / 4).cos()), "That takes the mean angle"),
        (over(lambda theta: theta.cos().mean().clamp(min=math.sqrt(0.5))), "That takes the mean cosine"),
        (over(lambda theta: theta.median().cos()), "The limit is missing"),
        (over(lambda theta: theta.median().clamp(max=45).cos()), "The limit is missing"),
        (over(lambda theta: math.cos(max(math.pi / 4, theta.median()))), "That is max"),
        (over(lambda theta: math.sqrt(0.5)), "The angle is 45° every time"),
        (
            lambda s, c, y: over(lambda theta: torch.acos(c).median().clamp(max=math.pi / 4).cos())(s, c, y),
            "The angle is 45° every time",
        ),
        (over(lambda theta: theta.median().clamp(max=math.pi / 4)), "You divided by the angle"),
        (over(lambda theta: 1), "that is ln B"),
        (over(lambda theta: 1 / theta.median().clamp(max=math.pi / 4).cos()), "You multiplied by the cosine"),
        (over(lambda theta: theta.cos().median().clamp(max=math.pi / 4).cos()), "a cosine already"),
        (over(lambda theta: theta.clamp(max=math.pi / 4).cos()), "One number is wanted each time"),
        (lambda s, c, y: s, "Not the same yet"),
        (lambda s, c, y: next_scale(s, c, 0 * y), "Not the same yet"),
        (lambda s, c, y: math.exp(s * c), "Your function raised"),
        (lambda s, c, y: print(end=""), "returned nothing"),
    ],
    "6.3": [
        (lambda s, classes: remains(s, classes - 1, 1), "a simplex stands farther apart than 90°"),
        (lambda s, classes: remains(s, 1, classes / (classes - 1)), "The factor C − 1 is missing"),
        (lambda s, classes: remains(s, classes, classes / (classes - 1)), "The others are C − 1"),
        (lambda s, classes: math.exp(-floor(s, classes)), "That is the probability"),
        (lambda s, classes: -floor(s, classes), "That is ln P"),
        (lambda s, classes: math.exp(floor(s, classes)), "That is 1/P"),
        (lambda s, classes: (classes - 1) * math.exp(-s * classes / (classes - 1)), "what the others add"),
        (lambda s, classes: math.log((classes - 1) * math.exp(-s * classes / (classes - 1))), "The 1 is missing"),
        (lambda s, classes: remains(s, classes - 1, (classes - 1) / classes), "Upside down"),
        (lambda s, classes: remains(s, classes - 1, 1 / (classes - 1)), "cosine is alone in the exponent"),
        (lambda s, classes: remains(s, classes - 1, 1 - 1 / (classes - 1)), "in yours it is above"),
        (lambda s, classes: floor(-s, classes), "exponent's sign"),
        (lambda s, classes: floor(s, classes) / math.log(10), "base 10"),
        (lambda s, classes: floor(s, classes) / math.log(2), "base 2"),
        (lambda s, classes: (s, classes), "One number is wanted each time"),
        (lambda s, classes: floor(s, 10), "Not the same yet"),
        (lambda s, classes: math.nan, "not finite"),
        (lambda s, classes: 1 / s, "Your function raised ZeroDivisionError"),
        (math.floor, "Your function raised TypeError"),
    ],
    "7.1": [
        (lambda x: (1 / (1 + F.pdist(x))).mean(), "on their own lengths"),
        (lambda x: (1 / (1 + F.pdist(F.normalize(x, dim=0)))).mean(), "You normalised the columns"),
        (lambda x: of_each(x, lambda d: 1 / (1 + d**2)), "squared"),
        (lambda x: of_each(x, lambda d: 1 / d), "Coulomb's"),
        (lambda x: of_each(x, lambda d: 1 / 1 + d), "Brackets are missing"),
        (lambda x: 1 / (1 + F.pdist(F.normalize(x)).mean()), "of the mean distance"),
        (lambda x: of_each(x, lambda d: 1 / (1 + 2 * torch.asin(d / 2))), "the angle of each pair"),
        (lambda x: of_each(x, lambda d: 1 / (1 + torch.acos(1 - d**2 / 2))), "the angle of each pair"),
        (lambda x: (1 / (1 + F.pdist(F.normalize(x)))).sum(), "the sum over the pairs: take"),
        (lambda x: (1 / (1 + distances(x))).sum() - len(x), "each counted twice"),
        (lambda x: (1 / (1 + distances(x))).triu(1).sum() / (len(x) * (len(x) - 1)), "That is half of it"),
        (lambda x: (1 / (1 + distances(x))).mean(), "with itself as well"),
        (lambda x: (1 / (1 + distances(x))).sum() / (len(x) * (len(x) - 1)), "but not in the count"),
        (lambda x: (1 / (1 + distances(x))).fill_diagonal_(0).mean(), "You divided by N²"),
        (lambda x: 1 / (1 + F.pdist(F.normalize(x))), "One number is wanted each time"),
        (lambda x: energy(x) ** 2, "Not the same yet"),
        (lambda x: (1 / distances(x)).mean(), "not finite"),
        (lambda x: print(end=""), "returned nothing"),
        (lambda x: x @ x, "Your function raised RuntimeError"),
    ],
    "7.2": [
        (lambda angle: 1 / (1 + chord(angle)) ** 2, "along the chord"),
        (lambda angle: -push(angle), "The sign is turned"),
        (lambda angle: torch.cos(angle / 2) / (4 * torch.sin(angle / 2) ** 2), "That is Coulomb's"),
        (lambda angle: 1 / (1 + angle) ** 2, "The angle stands for the distance"),
        (lambda angle: torch.cos(angle / 2) / (1 + angle) ** 2, "stands for d in the denominator"),
        (lambda angle: 2 * push(angle), "twice the push"),
        (lambda angle: push(angle) / 2, "half of the push"),
        (lambda angle: torch.cos(angle / 2) / (1 + torch.sin(angle / 2)) ** 2, "the 2 is missing in the denominator"),
        (lambda angle: 1 / (1 + chord(angle)), "That is the energy"),
        (lambda angle: torch.cos(angle / 2) / (1 + chord(angle)), "The square is missing"),
        (lambda angle: torch.cos(angle / 2) / (1 + chord(angle) ** 2), "The square takes all of 1 + d"),
        (lambda angle: torch.cos(angle) / (1 + chord(angle)) ** 2, "The cosine takes half"),
        (lambda angle: torch.cos(angle / 2) / (1 + 2 * torch.sin(angle)) ** 2, "The sine takes half"),
        (lambda angle: torch.sin(angle / 2) / (1 + chord(angle)) ** 2, "The derivative of the sine"),
        (lambda angle: push(torch.rad2deg(angle)), "torch.sin and torch.cos want radians"),
        (lambda angle: push(torch.deg2rad(angle)), "in radians already"),
        (lambda angle: push(angle).sum(), "for each of the 90 angles"),
        (lambda angle: push(angle) ** 2, "Not the same yet"),
        (lambda angle: math.cos(angle / 2), "Your function raised"),
    ],
    "7.3": [
        (lambda count: 1 / (count - 1), "The sign is turned"),
        (lambda count: -1 / count, "divide by that"),
        (lambda count: 1 / count, "and with all of them it adds up to 0"),
        (lambda count: -1 / count - 1, "Brackets are missing"),
        (lambda count: -1 / (count + 1), "one fewer, not one more"),
        (lambda count: math.acos(simplex_cosine(count)), "in radians"),
        (lambda count: math.degrees(math.acos(simplex_cosine(count))), "in degrees"),
        (lambda count: math.sqrt(2 - 2 * simplex_cosine(count)), "the distance between two"),
        (lambda count: math.cos(2 * math.pi / count), "neighbours on a circle"),
        (lambda count: 0, "At 90° the sum would not be zero"),
        (lambda count: -1, "which only two can"),
        (lambda count: [simplex_cosine(count)] * count, "One number is wanted each time"),
        (lambda count: -0.5, "Not the same yet"),
        (lambda count: 1 / (count - 2), "Your function raised ZeroDivisionError"),
        (-1 / 9, "wants the function itself"),
    ],
    "8.1": [
        (lambda c, y, s, m: s * (F.softmax(s * c, dim=1) - own(c, y)), "The margin has no effect"),
        (lambda c, y, s, m: s * (F.softmax(s * (c - m), dim=1) - own(c, y)), "The margin has no effect"),
        (margin_off_whole_columns, "The margin has no effect"),
        (lambda c, y, s, m: coefficients(c, y, s, -m), "The margin makes it easier"),
        (lambda c, y, s, m: coefficients(c, y, s, m / s), "after scaling"),
        (lambda c, y, s, m: shares(c, y, s, m) - own(c, y), "The scale in front is missing"),
        (lambda c, y, s, m: s * (shares(c, y, 1, m) - own(c, y)), "missing inside the softmax"),
        (lambda c, y, s, m: shares(c, y, 1, m) - own(c, y), "The scale is nowhere"),
        (lambda c, y, s, m: s * shares(c, y, s, m), "[j = y] is missing: take 1 off"),
        (shares, "these are the probabilities alone"),
        (lambda c, y, s, m: s * shares(c, y, s, m) - own(c, y), "The scale multiplies the probabilities alone"),
        (lambda c, y, s, m: shares(c, y, s, m) - s * own(c, y), "The scale multiplies [j = y] alone"),
        (lambda c, y, s, m: s * (own(c, y) - shares(c, y, s, m)), "The sign is turned"),
        (lambda c, y, s, m: by_autograd(c, y, s, m) / len(y), "divided by the number of samples"),
        (lambda c, y, s, m: s * (F.softmax(s * (c - m * own(c, y)), dim=0) - own(c, y)), "along dim=0"),
        (lambda c, y, s, m: -s * (1 - shares(c, y, s, m)[torch.arange(len(y)), y]), "the true class alone"),
        (lambda c, y, s, m: coefficients(c, y, s, m).T, "The shape should be (61, 4)"),
        (lambda c, y, s, m: coefficients(c, y, s, m) / 0 * 0, "not finite"),
        (lambda c, y, s, m: coefficients(c, 0 * y, s, m), "Not the same yet"),
        (lambda c, y, s, m: print(end=""), "returned nothing"),
        (lambda c, y: c, "Your function raised TypeError"),
    ],
    "8.2": [
        (lambda s, m, classes: lets_go(s, m, classes + 1), "The others are C − 1"),
        (lambda s, m, classes: math.acos((math.log(classes) - 1) / s) - m, "before the logarithm"),
        (lambda s, m, classes: math.acos(math.log10(classes - 1) / s) - m, "base 10"),
        (lambda s, m, classes: math.acos(math.log2(classes - 1) / s) - m, "base 2"),
        (lambda s, m, classes: lets_go(s, -m, classes), "You added the margin"),
        (lambda s, m, classes: lets_go(s, 0, classes), "still to be taken off"),
        (lambda s, m, classes: math.acos(math.log(classes - 1) / s + m), "CosFace's answer"),
        (lambda s, m, classes: math.acos(math.log(classes - 1) / s - m), "stands inside the arccos"),
        (lambda s, m, classes: math.acos(math.log(classes - 1)) - m, "a number beyond 1"),
        (lambda s, m, classes: math.acos(math.log(classes - 1) * s) - m, "a number beyond 1"),
        (lambda s, m, classes: torch.acos(torch.tensor(s / math.log(classes - 1))) - m, "a number beyond 1"),
        (lambda s, m, classes: math.acos((classes - 1) / s) - m, "The logarithm is missing"),
        (lambda s, m, classes: math.log(classes - 1) / s - m, "one arccos is missing"),
        (lambda s, m, classes: math.cos(math.log(classes - 1) / s) - m, "cosine already"),
        (lambda s, m, classes: math.asin(math.log(classes - 1) / s) - m, "arcsin"),
        (lambda s, m, classes: math.acos(-math.log(classes - 1) / s) - m, "sign of the logarithm"),
        (lambda s, m, classes: math.degrees(lets_go(s, m, classes)), "return radians"),
        (lambda s, m, classes: math.degrees(lets_go(s, 0, classes)) - m, "leave both in radians"),
        (lambda s, m, classes: lets_go(s, math.radians(m), classes), "The margin is in radians already"),
        (lambda s, m, classes: (s, m), "One number is wanted for each scale"),
        (lambda s, m, classes: lets_go(s, 0.5, classes), "Not the same yet"),
        (lambda s, m, classes: int("half"), "Your function raised ValueError: invalid literal"),
        (lambda s, m, classes: torch.acos(s), "Your function raised TypeError"),
    ],
    "8.3": [
        (lambda c, y: 2 * squared_error(c, y), "the factor ½ is missing"),
        (lambda c, y: F.mse_loss(c, own(c, y)), "is 2/C of what"),
        (lambda c, y: ((c - own(c, y)) ** 2).mean() / 2, "is 1/C of what"),
        (lambda c, y: ((c - own(c, y)) ** 2).sum() / 2, "the sum over the batch: take"),
        (lambda c, y: ((c - own(c, y)) ** 2).sum(), "the sum over the batch, and the ½"),
        (lambda c, y: (c**2).sum(dim=1).mean() / 2, "[j = y] is missing"),
        (lambda c, y: ((c - 1) ** 2).sum(dim=1).mean() / 2, "Every class is to reach cosine 1"),
        (lambda c, y: ((1 - c.gather(1, y[:, None])) ** 2).mean() / 2, "Only the true class is in it: "),
        (lambda c, y: ((1 - c.gather(1, y[:, None])) ** 2).mean(), "and the ½ is missing"),
        (lambda c, y: (1 - c.gather(1, y[:, None])).mean(), "and not squared"),
        (lambda c, y: ((c + own(c, y)) ** 2).sum(dim=1).mean() / 2, "You added [j = y]"),
        (lambda c, y: -squared_error(c, y), "The sign is turned"),
        (lambda c, y: (c - own(c, y)).sum(dim=1).mean(), "Nothing is squared"),
        (lambda c, y: (c - own(c, y)).abs().sum(dim=1).mean(), "absolute values"),
        (lambda c, y: torch.linalg.vector_norm(c - own(c, y), dim=1).mean(), "That is the distance"),
        (F.cross_entropy, "That is cross-entropy"),
        (lambda c, y: squared_error(c.detach(), y), "Autograd finds no way back"),
        (lambda c, y: squared_error(c.detach().requires_grad_(), y), "Autograd finds no way back"),
        (lambda c, y: squared_error(c, y).item(), "Autograd finds no way back"),
        (with_backward, "Autograd finds no way back"),
        (lambda c, y: torch.no_grad()(squared_error)(c, y), "Autograd finds no way back"),
        (lambda c, y: ((c - own(c, y)) ** 2).sum(dim=1) / 2, "One number is wanted, the mean over the batch"),
        (lambda c, y: (c - own(c, y)) / len(y), "yours has shape (61, 4)"),
        (lambda c, y: squared_error(c, y) * math.nan, "not finite"),
        (lambda c, y: squared_error(c, 0 * y), "Not the same yet"),
        (lambda c, y: print(end=""), "returned nothing"),
        (lambda c, y: "½", "A number or a tensor is wanted"),
        (lambda c: c, "Your function raised TypeError"),
        (0.3, "wants the function itself"),
    ],
    "9.1": [
        (lambda c, s: F.cross_entropy(s * c, zeros(c), reduction="none"), "divide it by the scale"),
        (lambda c, s: torch.logsumexp(s * gaps(c)[:, 1:], dim=1) / s, "true class is missing in the sum"),
        (lambda c, s: gaps(c).amax(dim=1), "the worst triplet itself"),
        (lambda c, s: gaps(c)[:, 1:].amax(dim=1), "the largest difference"),
        (lambda c, s: torch.logsumexp(-s * gaps(c), dim=1) / s, "The sign is turned"),
        (lambda c, s: smoothed(c, 1) / s, "missing in the exponent"),
        (lambda c, s: smoothed(c, 1), "The scale is missing: it stands"),
        (lambda c, s: torch.exp(s * gaps(c)).mean(dim=1).log() / s, "You averaged over the classes"),
        (lambda c, s: torch.logsumexp(s * c, dim=1) / s, "take the true class's cosine off"),
        (lambda c, s: torch.exp(s * gaps(c)).sum(dim=1) / s, "The logarithm is missing"),
        (lambda c, s: F.softmax(s * c, dim=1)[:, 0], "That is the probability"),
        (lambda c, s: (F.softmax(s * c, dim=1) * gaps(c)).sum(dim=1), "the entropy is missing"),
        (lambda c, s: gaps(c).clamp(min=0).sum(dim=1), "adds all triplets up"),
        (lambda c, s: smoothed(c, s) / math.log(10), "base 10"),
        (lambda c, s: smoothed(c, s) / math.log(2), "base 2"),
        (lambda c, s: smoothed(c, s).mean(), "for each of the 61 rows"),
        (lambda c, s: smoothed(c, 2 * s), "Not the same yet"),
        (lambda c, s: smoothed(c, s) / 0, "not finite"),
        (lambda c, s: c[:, 9], "Your function raised IndexError"),
    ],
    "9.2": [
        (lambda c, g: ((c / g).softmax(dim=1) * c).sum(dim=2), "over the classes in yours"),
        (lambda c, g: ((c / g).softmax(dim=0) * c).sum(dim=2), "over the batch in yours"),
        (lambda c, g: class_similarity(c, 1), "γ is missing"),
        (lambda c, g: class_similarity(c, 1 / g), "You multiplied by γ"),
        (lambda c, g: (c.softmax(dim=2) / g * c).sum(dim=2), "not around it"),
        (lambda c, g: ((c / g).softmax(dim=2) * c / g).sum(dim=2), "divided by γ too"),
        (lambda c, g: c.mean(dim=2), "the plain mean"),
        (lambda c, g: c.amax(dim=2), "the nearest centre alone"),
        (lambda c, g: (c / g).softmax(dim=2).sum(dim=2), "The shares p add up to 1"),
        (lambda c, g: g * torch.logsumexp(c / g, dim=2), "a smooth maximum too"),
        (lambda c, g: ((c / g).exp() * c).sum(dim=2), "The shares do not add up to 1"),
        (lambda c, g: ((c / g).softmax(dim=2) * c).mean(dim=2), "the mean over the centres after weighing"),
        (lambda c, g: ((-c / g).softmax(dim=2) * c).sum(dim=2), "sign inside the softmax"),
        (lambda c, g: (c / g).softmax(dim=2) * c, "The shape should be (61, 2)"),
        (lambda c, g: ((c / g).softmax(dim=2) * c).sum(dim=1), "The shape should be (61, 2)"),
        (lambda c, g: class_similarity(c, g) ** 2, "Not the same yet"),
        (lambda c: c, "Your function raised TypeError"),
    ],
    "9.3": [
        (lambda x, y: (y[(F.normalize(x) @ F.normalize(x).T).argmax(dim=1)] == y).double().mean(), "finds itself"),
        (lambda x, y: found_by(x @ x.T, y), "a long one is near to everybody"),
        (lambda x, y: found_by(-torch.cdist(x, x), y), "the distance of the features"),
        (lambda x, y: found_by(F.normalize(x, dim=0) @ F.normalize(x, dim=0).T, y), "You normalised the columns"),
        (lambda x, y: found_by(torch.cdist(F.normalize(x), F.normalize(x)), y), "the farthest image"),
        (lambda x, y: recall_at_k(x, y, [2])[2], "That is R@2"),
        (lambda x, y: recall_at_1(x, y) * len(y), "the number of hits"),
        (lambda x, y: 100 * recall_at_1(x, y), "in per cent"),
        (lambda x, y: 1 - recall_at_1(x, y), "the share of misses"),
        (lambda x, y: y == y, "One number is wanted"),
        (lambda x, y: 0.5, "Not the same yet"),
        (lambda x, y: print(end=""), "returned nothing"),
        (lambda x, y: x @ x, "Your function raised RuntimeError"),
    ],
    "10.1": [
        (lambda s, same, t: ((s[~same] > t).double().mean(), (s[same] > t).double().mean()), ">= instead of >"),
        (lambda s, same, t: rates(s, ~same, t), "The two are exchanged"),
        (lambda s, same, t: [n / len(s) for n in accepted(s, same, t)], "shares of all pairs"),
        (lambda s, same, t: [((s >= t) & kind).double().mean() for kind in (~same, same)], "shares of all pairs"),
        (
            lambda s, same, t: [kind[s >= t].double().mean() for kind in (~same, same)],
            "shares of all that are accepted",
        ),
        (of_all_accepted, "0 where none is"),
        (lambda s, same, t: (rates(s, same, t)[0], 1 - rates(s, same, t)[1]), "Your second is"),
        (lambda s, same, t: (1 - rates(s, same, t)[0], rates(s, same, t)[1]), "Your first is"),
        (lambda s, same, t: [(s[kind] < t).double().mean() for kind in (~same, same)], "shares turned away: accepted"),
        (lambda s, same, t: [(s[kind] <= t).double().mean() for kind in (~same, same)], "shares turned away, with"),
        (accepted, "Those are counts"),
        (lambda s, same, t: [100 * rate for rate in rates(s, same, t)], "percent"),
        (lambda s, same, t: [rates(s, same, t)[1]] * 2, "Both are of the genuine pairs"),
        (lambda s, same, t: [rates(s, same, t)[0]] * 2, "Both are of the impostors"),
        (lambda s, same, t: rates(s, same, t)[0], "Two numbers are wanted, far and tar; yours has shape ()"),
        (lambda s, same, t: rates(s, same, 0.5), "Not the same yet"),
        (lambda s, same, t: (math.nan, math.nan), "not finite"),
        (lambda s, same, t: s[~same] / t / same, "Your function raised"),
        (lambda s, same, t: print(end=""), "returned nothing"),
        (lambda s, same, t: "far, tar", "A number or a tensor is wanted"),
    ],
    "10.2": [
        (lambda support, query: share((query @ support.T).argmax(dim=1)), "Those are dot products"),
        (lambda support, query: share((F.normalize(query) @ support.T).argmax(dim=1)), "Those are dot products"),
        (lambda support, query: share(torch.cdist(query, support).argmin(dim=1)), "distance of the raw embeddings"),
        (lambda support, query: share(torch.cdist(F.normalize(query), support).argmin(dim=1)), "the query alone"),
        (with_unit(lambda query, support: torch.cdist(query, support).argmax(dim=1)), "You took the farthest: "),
        (with_unit(lambda query, support: (query @ support.T).argmin(dim=1)), "You took the farthest: "),
        (lambda support, query: share(torch.cdist(query, support).argmax(dim=1)), "farthest of the raw embeddings"),
        (with_unit(lambda query, support: (query @ support.T).argmax(dim=0)), "nearest query to each row of support"),
        (with_unit(lambda query, support: (support @ query.T).argmax(dim=1)), "nearest query to each row of support"),
        (lambda support, query: share((query @ support.T).argmax(dim=0)), "the query of the largest dot product"),
        (
            lambda support, query: share((F.normalize(query, dim=0) @ F.normalize(support, dim=0).T).argmax(dim=1)),
            "You normalised the columns",
        ),
        (lambda support, query: len(query) * one_shot(support, query), "That is how many are right"),
        (lambda support, query: 100 * one_shot(support, query), "in percent"),
        (lambda support, query: 1 - one_shot(support, query), "the share of mistakes"),
        (lambda support, query: F.cosine_similarity(support, query).mean(), "the mean cosine"),
        (lambda support, query: (query @ support.T).argmax(dim=1), "One number is wanted each time"),
        (lambda support, query: one_shot(support, query) ** 2, "Not the same yet"),
        (lambda support, query: one_shot(support[:5], query), "Not the same yet"),
        (lambda support, query: one_shot(support, query) / 0, "not finite"),
        (
            lambda support, query: ((query @ support.T).argmax(dim=1) == torch.arange(20)).mean(),
            "Your function raised RuntimeError",
        ),
        (lambda support, query: print(end=""), "returned nothing"),
    ],
    "10.3": [
        (lambda n: 1 / math.comb(2 * n, n), "That is one way round"),
        (lambda n: math.comb(2 * n, n), "how many ways there are to choose"),
        (lambda n: math.comb(2 * n, n) / 2, "Upside down"),
        (lambda n: 1 - by_chance(n), "the probability that they overlap"),
        (lambda n: 0.5**n, "run 1 against run 1"),
        (lambda n: 2 * 0.5**n, "coin tosses, both ways round"),
        (lambda n: 0.5 ** (2 * n), "coin tosses for all 2n runs: "),
        (lambda n: 2 * 0.5 ** (2 * n), "coin tosses for all 2n runs, both ways round"),
        (lambda n: 1 / math.factorial(2 * n), "one order of all 2n runs"),
        (lambda n: 2 / math.factorial(2 * n), "two orders of all 2n runs"),
        (lambda n: 2 * math.factorial(n) / math.factorial(2 * n), "n! counts for both of them"),
        (lambda n: 1 / math.factorial(n), "the orders of n runs: "),
        (lambda n: 2 / math.factorial(n), "the orders of n runs, twice"),
        (lambda n: 2 / math.comb(2 * n, 2), "That chooses two runs"),
        (lambda n: 100 * by_chance(n), "in percent"),
        (lambda n: by_chance(n) if n < 6 else 0, "Not the same yet"),
        (lambda n: by_chance(min(n, 9)), "Not the same yet"),
        (lambda n: (n, n), "One number is wanted each time"),
        (lambda n: math.nan, "not finite"),
        (lambda n: 1 / (n - 2), "Your function raised ZeroDivisionError"),
        (1 / 126, "wants the function itself"),
    ],
    "12.1": [
        (lambda labels, held: ~held_back(labels, held), "the other way round"),
        (lambda labels, held: torch.isin(torch.arange(len(labels)), held), "took held for numbers of images"),
        (lambda labels, held: torch.arange(90) >= 90 - round(90 * len(held) / 8), "That holds back the last images"),
        (lambda labels, held: torch.arange(90) < round(90 * len(held) / 8), "That holds back the first images"),
        (lambda labels, held: labels == held[0], "the first of the held classes alone"),
        (lambda labels, held: labels >= held.min(), "from the first held one on:"),
        (lambda labels, held: (labels >= held.min()) & (labels <= held.max()), "to the last: only those in held"),
        (lambda labels, held: torch.arange(90) % 4 == 0, "Not the same yet: at the worst place it should be 1.000"),
        (lambda labels, held: held_back(labels, held).nonzero().squeeze(1), "One True or False is wanted"),
        (lambda labels, held: labels == held, "Your function raised RuntimeError"),
        (lambda labels, held: print(end=""), "returned nothing"),
    ],
    "12.2": [
        (lambda s, same, far: impostors_down(s, same)[int(far * (~same).sum())], "That lets in one more"),
        (lambda s, same, far: s[~same].quantile(1 - far), "a quantile lies between two scores"),
        (lambda s, same, far: impostors_down(s, same)[int(far * 120) - 1] + 1e-9, "One more could be let in"),
        (lambda s, same, far: impostors_down(s, ~same)[int(far * 80) - 1], "That goes by the genuine pairs"),
        (lambda s, same, far: s.sort(descending=True).values[int(far * 200) - 1], "Does it go by all pairs?"),
        (lambda s, same, far: s[~same].sort().values[int(far * 120) - 1], "That turns away the share"),
        (lambda s, same, far: s[same].quantile(far), "a share of genuine pairs turned away"),
        (lambda s, same, far: far, "a threshold is a score"),
        (lambda s, same, far: math.inf, "No impostor gets in"),
        (lambda s, same, far: 0.5, "Not the same yet"),
        (lambda s, same, far: impostors_down(s, same)[:2], "One number is wanted each time"),
        (lambda s, same, far: s[same, 1], "Your function raised IndexError"),
    ],
    "12.3": [
        (lambda p, c: math.log((c - 1) * p / (1 - p)), "That has the others at 90°"),
        (lambda p, c: c / (c - 1) * math.log((c - 1) * p / (1 - p)), "upside down"),
        (lambda p, c: (c - 1) / c * math.log(c * p / (1 - p)), "The others are C − 1, not C"),
        (lambda p, c: (c - 1) / c * math.log((c - 1) * (1 - p) / p), "not the other way round"),
        (lambda p, c: (c - 1) / c * math.log((c - 1) * p), "the others share what is left"),
        (lambda p, c: (c - 1) / c * math.log(p / (1 - p)), "The others are missing"),
        (lambda p, c: (c - 1) / c * math.log10((c - 1) * p / (1 - p)), "The logarithm is the natural one"),
        (lambda p, c: (c - 1) * p / (1 - p), "That is the exponent"),
        (lambda p, c: math.sqrt(2) * math.log(c - 1), "AdaCos' fixed scale"),
        (lambda p, c: 16, "Not the same yet"),
        (lambda p, c: (p, c), "One number is wanted each time"),
        (lambda p, c: 1 / (c - 2), "Your function raised ZeroDivisionError"),
    ],
}
# Other right ways to write it, which must not be turned away.
ALSO_RIGHT = {
    "0.1": [28.65, torch.tensor(0.5).rad2deg()],
    "0.2": [lambda a, b: torch.atan2((a[0] * b[1] - a[1] * b[0]).abs(), a @ b).item()],
    "1.2": [
        one_by_one,
        by_the_library,
        filled,
        lambda d, same, m: 0.5 * same * d**2 + 0.5 * ~same * relu(m - d) ** 2,
        lambda d, same, m: contrastive(d.float(), same, m),
    ],
    "1.1": [
        lambda theta: torch.sqrt(2 - 2 * torch.cos(theta)),
        lambda theta: [2 * math.sin(value / 2) for value in theta.tolist()],
        lambda theta: torch.stack([torch.cos(theta) - 1, torch.sin(theta)]).norm(dim=0),
        lambda theta: chord(theta.float()),
    ],
    "1.3": [
        lambda classes, images: classes * math.perm(images, 2) * (classes * images - images),
        lambda classes, images: 2 * math.comb(images, 2) * 2 * math.comb(classes, 2) * images,
        lambda classes, images: torch.tensor([float(triplets(classes, images))]),
    ],
    "2.1": [lambda x, w: F.normalize(x) @ F.normalize(w).T],
    "2.2": [
        lambda a, b: math.atan2(math.sin(a) + math.sin(b), math.cos(a) + math.cos(b)),
        lambda a, b: boundary(a, b) + 2 * math.pi,
    ],
    "2.3": [lambda ratio, apart: math.atan((ratio - math.cos(apart)) / math.sin(apart))],
    "3.1": [
        nudged,
        moved_in_place,
        lambda c, x, a: c + a * (x - c).sum(dim=0) / (len(x) + 1),
        lambda c, x, a: (1 - a * len(x) / (1 + len(x))) * c + a / (1 + len(x)) * x.sum(dim=0),
        lambda c, x, a: c - a * len(x) / (len(x) + 1) * (c - x.mean(dim=0)) if len(x) else c,
        lambda c, x, a: (c - a * (c - x).float().sum(dim=0) / (1 + len(x))).tolist(),
    ],
    "3.2": [
        walked,
        lambda n, a, k: math.prod([1 - a * n / (n + 1)] * k),
        lambda n, a, k: torch.tensor([1 - a + a / (n + 1)]) ** k,
    ],
    "4.1": [
        lambda theta, m: SphereFaceLoss(2, 2, m).target_logit(theta),
        lambda theta, m: pieces(theta, m, finished(theta, m).clamp(max=m - 1)),
        lambda theta, m: [psi(angle, m) for angle in theta],
        lambda theta, m: psi(theta.float(), m),
        lambda theta, m: pieces(theta, m, torch.div(m * theta, math.pi, rounding_mode="trunc")),
        lambda theta, m: pieces(theta.mul_(m), 1, torch.floor(theta / math.pi)),
    ],
    "4.2": [
        lambda between, m: between - between * m / (m + 1),
        lambda between, m: torch.tensor([between]) / (1 + m),
        lambda between, m: bisected(
            lambda theta: float(psi(torch.tensor(theta), m)) - math.cos(between - theta), between
        ),
    ],
    "5.1": [
        lambda theta, m1, m2, m3: [math.cos(m1 * angle + m2) - m3 for angle in theta.tolist()],
        lambda theta, m1, m2, m3: theta.mul_(m1).add_(m2).cos_() - m3,
        lambda theta, m1, m2, m3: CombinedMarginLoss(2, 2, m1, m2, m3).target_logit(theta),
    ],
    "5.2": [
        lambda apart, margin: bisected(lambda edge: math.cos(edge) - margin - math.cos(apart - edge), apart),
        lambda apart, margin: apart / 2 - torch.asin(torch.tensor(margin / 2 / math.sin(apart / 2))),
    ],
    "5.3": [
        lambda theta, margin: slope(lambda t: torch.cos(t + margin), theta) / slope(torch.cos, theta),
        lambda theta, margin: math.cos(margin) + math.sin(margin) / torch.tan(theta),
        lambda theta, margin: [math.sin(angle + margin) / math.sin(angle) for angle in theta.tolist()],
        lambda theta, margin: (
            slope(lambda t: ArcFaceLoss(2, 2, margin).target_logit(t), theta)
            / slope(lambda t: ArcFaceLoss(2, 2, margin, gradient="detached").target_logit(t), theta)
        ),
    ],
    "6.1": [
        lambda p, angle, classes: (math.log(classes - 1) + math.log(p / (1 - p))) / math.cos(angle),
        lambda p, angle, classes: bisected(lambda scale: p - adacos_share(scale, angle, classes), 30),
        lambda p, angle, classes: (torch.logit(torch.tensor(p)) + math.log(classes - 1)) / math.cos(angle),
    ],
    "6.2": [
        followed,
        over(lambda theta: theta.cos().median().clamp(min=math.sqrt(0.5))),
        lambda s, c, y: next_scale(s, c.float(), y),
        lambda s, c, y: float(
            (torch.exp(s * c).sum() - torch.exp(s * torch.cos(target_angles(c, y))).sum()).div(len(y)).log()
            / math.cos(min(math.pi / 4, float(target_angles(c, y).median())))
        ),
    ],
    "6.3": [
        on_a_simplex,
        lambda s, classes: F.softplus(torch.tensor(math.log(classes - 1) - s * classes / (classes - 1))),
        lambda s, classes: -math.log(math.exp(s) / (math.exp(s) + (classes - 1) * math.exp(-s / (classes - 1)))),
    ],
    "7.1": [
        uniform_energy,
        pairwise,
        lambda x: ((1 / (1 + distances(x))).sum() - len(x)) / (len(x) * (len(x) - 1)),
        lambda x: (1 / (1 + distances(x)[~torch.eye(len(x), dtype=torch.bool)])).mean(),
        lambda x: energy(x.float()),
    ],
    "7.2": [
        repelled,
        lambda angle: torch.cos(angle / 2) / (1 + torch.sqrt(2 - 2 * torch.cos(angle))) ** 2,
        lambda angle: [math.cos(a / 2) / (1 + 2 * math.sin(a / 2)) ** 2 for a in angle.tolist()],
    ],
    "7.3": [
        lambda count: (1 - count) ** -1,
        lambda count: F.normalize(torch.eye(count) - 1 / count)[0] @ F.normalize(torch.eye(count) - 1 / count)[1],
    ],
    "8.1": [
        by_autograd,
        lambda c, y, s, m: s * (F.softmax(s * c - s * m * own(c, y), dim=1) - own(c, y)),
    ],
    "8.2": [
        lambda s, m, classes: bisected(lambda theta: arcface_share(theta, s, m, classes) - 0.5, math.pi - m),
        lambda s, m, classes: torch.acos(torch.log(torch.tensor(classes - 1.0)) / s) - m,
    ],
    "8.3": [
        lambda c, y: ((c**2).sum(dim=1) / 2 - c.gather(1, y[:, None]).squeeze(1)).mean(),
        lambda c, y: F.mse_loss(c, own(c, y)) * c.shape[1] / 2,
        lambda c, y: F.mse_loss(c, own(c, y), reduction="sum") / (2 * len(y)),
        lambda c, y: (c * ((c - own(c, y)) / len(y)).detach()).sum(),
        in_place,
    ],
    "9.1": [
        lambda c, s: F.cross_entropy(s * c, zeros(c), reduction="none") / s,
        lambda c, s: torch.log(1 + torch.exp(s * gaps(c)[:, 1:]).sum(dim=1)) / s,
        lambda c, s: -torch.log_softmax(s * c, dim=1)[:, 0] / s,
        lambda c, s: [float(smoothed(row[None], s)) for row in c],
    ],
    "9.2": [
        several,
        lambda c, g: torch.einsum("nck,nck->nc", F.softmax(c / g, dim=-1), c),
        lambda c, g: ((c / g).exp() * c).sum(dim=2) / (c / g).exp().sum(dim=2),
    ],
    "9.3": [
        lambda x, y: recall_at_k(x, y)[1],
        lambda x, y: (y[(F.normalize(x) @ F.normalize(x).T).topk(2, dim=1).indices[:, 1]] == y).double().mean(),
        lambda x, y: found_by(-torch.cdist(F.normalize(x), F.normalize(x)), y).item(),
        one_after_the_other,
    ],
    "10.1": [
        counted,
        on_the_roc,
        lambda s, same, t: [n / kind.sum() for n, kind in zip(accepted(s, same, t), (~same, same), strict=True)],
        lambda s, same, t: torch.stack(rates(s.float(), same, t)),
    ],
    "10.2": [
        in_an_episode,
        walked_through,
        with_unit(lambda query, support: torch.cdist(query, support).argmin(dim=1)),
        lambda support, query: share((query @ F.normalize(support).T).argmax(dim=1)),
        lambda support, query: share(torch.cdist(query, F.normalize(support)).argmin(dim=1)),
        lambda support, query: share(torch.cosine_similarity(query[:, None], support[None], dim=2).argmax(dim=1)),
    ],
    "10.3": [
        sorted_apart,
        drawn_one_by_one,
        lambda seeds: 2 * math.factorial(seeds) ** 2 / math.factorial(2 * seeds),
        lambda seeds: 1 / math.comb(2 * seeds - 1, seeds),
    ],
    "12.1": [
        lambda labels, held: (labels[:, None] == held).any(dim=1),
        lambda labels, held: [label in held.tolist() for label in labels.tolist()],
        lambda labels, held: sum((labels == one).double() for one in held),
    ],
    "12.2": [
        tried_from_below,
        lambda s, same, far: s[~same].topk(int(far * 120)).values[-1],
        lambda s, same, far: impostors_down(s, same)[math.floor(far * 120)] + 1e-9,
    ],
    "12.3": [
        bisected_scale,
        lambda p, c: (math.log(c - 1) - math.log(1 / p - 1)) * (1 - 1 / c),
        lambda p, c: (c - 1) / c * torch.tensor((c - 1.0) * p / (1 - p), dtype=torch.float64).log(),
    ],
}


def written(source: str):
    """What a reader has after running this source in a cell: its last assigned name."""
    names: dict[str, object] = {"math": math, "torch": torch, "F": F}
    known = set(names)
    exec(re.sub(r"-> [^:]+|: (Tensor|float)\b", "", source), names)
    return next(names[name] for name in reversed(names) if name not in known and name != "__builtins__")


@pytest.mark.parametrize("number", EXERCISES)
def test_every_exercise_has_mistakes_and_hints(number):
    assert len(MISTAKES[number]) >= 2 and EXERCISES[number].hints


@pytest.mark.parametrize("number", EXERCISES)
def test_the_untouched_stub_is_not_attempted(number):
    assert check(number, written(EXERCISES[number].stub)).state == NOT_ATTEMPTED


@pytest.mark.parametrize("number", EXERCISES)
def test_the_stub_stands_in_the_lesson(number):
    texts = list(TEXTS.glob(f"{int(number.split('.')[0]):02d}_*.md"))
    (text,) = texts
    assert EXERCISES[number].stub in text.read_text(encoding="utf-8")
    assert f'check("{number}", ' in text.read_text(encoding="utf-8")
    assert f"**Exercise {number}**" in text.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", EXERCISES)
def test_the_solution_is_done_as_printed(number):
    verdict = check(number, written(EXERCISES[number].solution_text()))
    assert verdict.state == DONE, verdict


@pytest.mark.parametrize(
    ("number", "answer", "words"), [(n, *mistake) for n, known in MISTAKES.items() for mistake in known]
)
def test_mistakes_are_met_with_fitting_words(number, answer, words):
    verdict = check(number, answer)
    assert verdict.state == NOT_YET
    assert words in verdict.words
    assert f"Exercise {number}: not yet." in repr(verdict)


@pytest.mark.parametrize("number", EXERCISES)
def test_a_mistake_is_shown_over_the_target(number):
    shown = check(number, MISTAKES[number][0][0])._repr_html_()
    assert f"Exercise {number}: not yet." in shown and "data:image/png;base64," in shown


@pytest.mark.parametrize(("number", "answer"), [(n, answer) for n, known in ALSO_RIGHT.items() for answer in known])
def test_other_ways_to_be_right_are_right(number, answer):
    assert check(number, answer).state == DONE


@pytest.mark.parametrize("number", EXERCISES)
def test_the_answer_shows_a_picture_hints_and_the_solution_folded(number):
    shown = check(number, ...)._repr_html_()
    assert shown.count("<details>") == len(EXERCISES[number].hints) + 1
    assert re.search(r'<img alt="[^"]{20,}"', shown) and "data:image/png;base64," in shown
    assert len(shown) < 40_000


def test_what_lesson_01_says_of_its_finished_pictures():
    at = torch.tensor([0.0, 0.5, 1.0, 1.7]).double()
    one, two = (contrastive(at, torch.full((4,), same), 1) for same in (True, False))
    assert one[0] == 0 and (one[1:] > 0).all() and one[1] == two[1]
    assert (two[:2] > 0).all() and (two[2:] == 0).all()
    said = EXERCISES["1.1"].done
    for degrees, words in (
        (60, "60° are exactly 1"),
        (90, "90° are √2 = 1.414"),
        (180, "180°, as far as it goes, are 2"),
    ):
        assert words in said
        assert float(chord(torch.tensor(math.radians(degrees)))) == pytest.approx(float(words.split()[-1]), abs=5e-4)
    ten = math.radians(10)
    assert f"it is {float(chord(torch.tensor(ten))):.4f}, where the arc is {ten:.4f}" in said
    said, (ten, hundred) = EXERCISES["1.3"].done, (triplets(classes, 20) for classes in (10, 100))
    assert f"of 20 images have {ten:,}, a hundred have {hundred / 1e6:.0f} million" in said
    assert f"ten times the images, {hundred / ten:.0f} times the triplets" in said


def test_the_triplets_of_lesson_01_are_all_there_are():
    images = [(label, image) for label in range(3) for image in range(4)]
    found = [
        (anchor, positive, negative)
        for anchor, positive, negative in itertools.product(images, repeat=3)
        if anchor[0] == positive[0] != negative[0] and anchor != positive
    ]
    assert len(found) == triplets(3, 4)


def test_what_lesson_03_says_of_its_finished_pictures():
    still, one, three = EXERCISES["3.1"].target.reshape(11, 2, 3).unbind(dim=2)
    points = torch.tensor([[1.3, -1.0], [2.1, -2.2], [1.7, -1.6]]).double()
    torch.testing.assert_close(still, still[:1].expand(11, 2))
    assert "one point draws the centre 50% of the way to itself, three draw it 75% of" in EXERCISES["3.1"].done
    torch.testing.assert_close(one[-1], still[0] + 0.50 * (points[0] - still[0]))
    torch.testing.assert_close(three[-1], still[0] + 0.75 * (points.mean(dim=0) - still[0]))
    one, nine = EXERCISES["3.2"].target[10, :2].tolist()  # α = 0.2
    assert f"leaves {one:.0%} of the distance and nine leave {nine:.0%}" in EXERCISES["3.2"].done
    assert f"it would be {0.8**10:.0%} for both" in EXERCISES["3.2"].done


def test_what_lesson_04_says_of_its_finished_pictures():
    drawn = EXERCISES["4.1"].target
    torch.testing.assert_close(drawn[0], torch.ones(4).double())
    torch.testing.assert_close(drawn[-1], 1 - 2 * torch.arange(1.0, 5).double(), rtol=0, atol=1e-9)
    assert (drawn.diff(dim=0) <= 0).all() and "−7 for m = 4" in EXERCISES["4.1"].done
    flat = [math.radians(float(degrees)) for degrees in re.findall(r"\d+(?=°)", EXERCISES["4.1"].done)]
    assert len(flat) == 3
    assert slope(lambda theta: psi(theta, 4), torch.tensor(flat).double()).abs().max() < 1e-6
    kept = math.degrees(edge(math.radians(36), 4))
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["4.2"].done) == ["36", f"{kept:.1f}", f"{36 - 2 * kept:.1f}"]
    torch.testing.assert_close(EXERCISES["4.2"].target[:, 0] * 2, torch.deg2rad(torch.arange(0, 181, 10.0).double()))


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_at_pi_either_k_of_lesson_04_gives_the_same(m):
    pi = torch.tensor([math.pi]).double()
    torch.testing.assert_close(pieces(pi, m, m), pieces(pi, m, m - 1))


def test_what_lesson_05_says_of_its_finished_pictures():
    begins = dict(zip(("m2", "m3", "m1", "all"), EXERCISES["5.1"].target[0].tolist(), strict=True))
    assert begins["m1"] == 1 and max(begins["m2"], begins["m3"], begins["all"]) < 0.9
    edges = EXERCISES["5.2"].target.rad2deg()
    torch.testing.assert_close(edges[[0, -1]], torch.tensor([[18.0, 30.0], [0.0, 0.0]]).double(), rtol=0, atol=1e-5)
    assert f"{1 - math.cos(math.radians(36)):.3f} for 36°" in EXERCISES["5.2"].done
    at = lambda degrees: float(factor(torch.tensor(math.radians(degrees)).double(), 0.5))  # noqa: E731
    assert f"{at(5):.1f} times" in EXERCISES["5.3"].done
    assert f"{math.degrees((math.pi - 0.5) / 2):.1f}°" in EXERCISES["5.3"].done
    assert at(75.676) == pytest.approx(1, abs=1e-4) and at(math.degrees(math.pi - 0.5)) == pytest.approx(0, abs=1e-6)


def test_what_lesson_06_says_of_its_finished_pictures():
    at_45 = {(p, classes): scale_for(p, math.pi / 4, classes) for p in (0.5, 0.99) for classes in (10, 1000)}
    assert at_45[0.5, 10] == pytest.approx(fixed_scale(10)) and at_45[0.5, 1000] == pytest.approx(fixed_scale(1000))
    done = EXERCISES["6.1"].done
    assert f"√2 ln 9 = {at_45[0.5, 10]:.2f}" in done and f"p = 0.99 needs {at_45[0.99, 10]:.2f}" in done
    assert f"p = ½ needs {at_45[0.5, 1000]:.2f}" in done
    drawn = EXERCISES["6.2"].target  # medians of 5° to 80° in steps of 2.5°, after 8, 4 and 2
    torch.testing.assert_close(drawn[16:], drawn[-1:].expand(15, 3))
    assert (drawn[:17].diff(dim=0) > 0).all()
    (eight, _, two), (eight_at_5, _, two_at_5) = drawn[-1].tolist(), drawn[0].tolist()
    assert f"2 and 8 to {two:.1f} and {eight:.1f} at 45° and beyond" in EXERCISES["6.2"].done
    assert f"to {two_at_5:.1f} and {eight_at_5:.1f} at 5°" in EXERCISES["6.2"].done
    assert f"a loss of {floor(fixed_scale(10), 10):.3f} remains" in EXERCISES["6.3"].done
    assert f"s = 10 only {floor(10, 10):.4f}" in EXERCISES["6.3"].done


def test_what_lesson_07_says_of_its_finished_pictures():
    meeting = torch.tensor([[0.6, 0.8], [3.0, 4.0], [1.2, 1.6]]).double()
    assert float(energy(meeting)) == pytest.approx(1, abs=1e-6)
    _, four, two = EXERCISES["7.1"].target.unbind(dim=1)  # at 4°, 8° … 176°
    assert four.argmin() == 26 and (two.diff() < 0).all()  # 108°, the nearest to 109.5°
    tetrahedron = torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).double()
    assert float(energy(tetrahedron)) == pytest.approx(0.379795897) and float(energy(tetrahedron)) < four.min()
    at = lambda degrees: float(push(torch.tensor(math.radians(degrees)).double()))  # noqa: E731
    assert at(0) == 1 and at(180) == pytest.approx(0, abs=1e-6) and f"{at(90):.2f} at 90°" in EXERCISES["7.2"].done
    apart = [math.degrees(math.acos(simplex_cosine(count))) for count in (2, 3, 4, 10, 1000)]
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["7.3"].done) == [
        *(f"{angle:.0f}" for angle in apart[:2]),
        *(f"{angle:.1f}" for angle in apart[2:4]),
        f"{apart[4]:.2f}",
    ]


def test_what_lesson_08_says_of_its_finished_pictures():
    # Four classes at θ, 65°, 80° and 105°, as the picture names them; s = 8, m = 0.35.
    at = torch.deg2rad(torch.tensor([[theta, 65, 80, 105] for theta in (0, 37.9, 90)]).double()).cos()
    found = coefficients(at, torch.zeros(3, dtype=torch.int64), 8, 0.35)
    torch.testing.assert_close(found.sum(dim=1), torch.zeros(3).double())
    own_one = found[:, 0].tolist()
    assert f"−{-own_one[0]:.2f} at 0°, half of s at 37.9° and −{-own_one[2]:.2f} at 90°" in EXERCISES["8.1"].done
    assert own_one[1] == pytest.approx(-4, abs=1e-2)
    drawn = EXERCISES["8.1"].target
    torch.testing.assert_close(drawn[[0, 30]], found[[0, 2]])
    angles = [math.degrees(lets_go(*setting)) for setting in ((64, 0.5, 10), (64, 0.5, 10_000), (16, 0.5, 10))]
    assert [round(angle, 1) for angle in angles] == [59.4, 53.1, 53.5]
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["8.2"].done) == [f"{angle:.1f}" for angle in angles]
    own_one = EXERCISES["8.3"].target[[10, 20, 30], 0]  # 30°, 60°, 90°
    torch.testing.assert_close(own_one, torch.tensor([math.sqrt(3) / 2 - 1, -0.5, -1.0]).double())
    assert f"−{-own_one[0]:.2f} at 30°" in EXERCISES["8.3"].done
    assert f"has −{-math.cos(math.radians(105)):.2f}" in EXERCISES["8.3"].done


def test_what_lesson_09_says_of_its_finished_pictures():
    drawn = EXERCISES["9.1"].target  # 0° to 120° in steps of 2°; the nearest other at 60°
    own = torch.linspace(0, 120, 61).double().deg2rad()
    worst = (0.5 - own.cos()).clamp(min=0)
    assert (worst[:30] == 0).all() and worst[31] > 0
    off = drawn[:, 2] - worst
    assert off.max() < 0.05 and off[:25].max() < 0.005 and off[27:34].max() == off.max()
    higher = EXERCISES["9.2"].target.argmax(dim=1)
    assert (higher.diff() != 0).sum() == 4 and "changes four times" in EXERCISES["9.2"].done
    recall = EXERCISES["9.3"].target
    assert (recall[:4] == 1).all() and recall[-4:].max() < 2 / 3 and "a spread of 44°" in EXERCISES["9.3"].done


def test_what_lesson_10_says_of_its_finished_pictures():
    thresholds = [at / 16 for at in range(17, -9, -1)]
    drawn = dict(zip(thresholds, EXERCISES["10.1"].target.tolist(), strict=True))
    assert drawn[17 / 16] == [0, 0] and drawn[-0.5] == [1, 1]
    shares = [f"{share:.0%}" for threshold in (0.5, 0.25) for share in drawn[threshold]]
    assert re.findall(r"\d+%", EXERCISES["10.1"].done) == shares
    quiet, loud, louder = EXERCISES["10.2"].target[[0, 5, 10]].tolist()
    assert quiet == 1 and "All are right without noise" in EXERCISES["10.2"].done
    assert re.findall(r"\d+%", EXERCISES["10.2"].done) == [f"{loud:.0%}", f"{louder:.0%}", f"{1 / 20:.0%}"]
    said = EXERCISES["10.3"].done
    for words, seeds in (("Two seeds each", 2), ("Three", 3), ("Five", 5)):
        assert f"{words}: once in {1 / by_chance(seeds):.0f}." in said
    assert f"make {math.comb(10, 2)} pairs" in said and f"alone {math.comb(10, 2) * by_chance(5):.2f} of them" in said


def test_what_lesson_12_says_of_its_finished_pictures():
    assert EXERCISES["12.1"].target[:, 0].tolist() == [0, 0, 1, 0, 0, 1, 0, 0]
    assert set((EXERCISES["12.2"].target * 120).round().diff().tolist()) == {0, 1}
    said = EXERCISES["12.3"].done
    assert f"it is {least_scale(0.9, 5):.1f} with 5 classes and {least_scale(0.9, 200):.1f} with 200" in said
    assert least_scale(0.5, 50) == pytest.approx(49 / 50 * math.log(49))


def test_the_strict_door_of_lesson_12_is_the_library_s():
    chance = torch.Generator().manual_seed(3)
    scores, same = torch.randn(500, generator=chance).double(), torch.arange(500) % 3 == 0
    for far in (0.011, 0.052, 0.27):
        accepted = scores >= strict_threshold(scores, same, far)
        let_in, next_one = accepted[~same].double().mean(), 1 / (~same).sum()
        assert let_in <= far < let_in + next_one
        assert accepted[same].double().mean() <= tar_at_far(roc(scores, same), far)


def test_small_probabilities_of_lesson_10_are_told_apart():
    assert check("10.3", lambda seeds: by_chance(seeds) * (1 + 1e-3 * (seeds == 10))).state == NOT_YET


def test_many_tasks_of_lesson_10_leave_torch_s_threads_as_they_were():
    before, inside = torch.get_num_threads(), []
    try:
        torch.set_num_threads(2)
        check("10.2", lambda support, query: inside.append(torch.get_num_threads()) or one_shot(support, query))
        check("10.2", lambda support, query: support / None)
        assert torch.get_num_threads() == 2 and set(inside) == {1}
    finally:
        torch.set_num_threads(before)


def test_the_squared_error_of_lesson_08_is_the_library_s_p2sgrad():
    torch.manual_seed(0)
    head, x, y = P2SGradLoss(3, 5).double(), torch.randn(6, 5).double(), torch.tensor([0, 1, 2, 0, 1, 2])
    torch.testing.assert_close(squared_error(head.cosines(x), y), head(x, y))


def test_a_number_there_is_none_of_is_one_sentence():
    there_are = (
        r"0\.1, 0\.2, 1\.1, 1\.2, 1\.3, 2\.1, 2\.2, 2\.3, 3\.1, 3\.2, 4\.1, 4\.2, 5\.1, 5\.2, 5\.3, "
        r"6\.1, 6\.2, 6\.3, 7\.1, 7\.2, 7\.3, 8\.1, 8\.2, 8\.3, 9\.1, 9\.2, 9\.3, 10\.1, 10\.2, 10\.3, "
        r"12\.1, 12\.2, 12\.3"
    )
    with pytest.raises(ValueError, match=rf"^There is no exercise '9\.9'; there are {there_are}\.$"):
        check("9.9", 1)
