"""What tests of DrawADigit draw, and a network that nobody would build."""

from torch import nn

# Ten signs a pen can draw, on a pad of side 1.
SIGNS = [
    [[[0.5, 0.2], [0.3, 0.5], [0.5, 0.8], [0.7, 0.5], [0.5, 0.2]]],
    [[[0.5, 0.2], [0.5, 0.8]]],
    [[[0.3, 0.3], [0.6, 0.2], [0.65, 0.4], [0.3, 0.8], [0.7, 0.8]]],
    [[[0.3, 0.2], [0.7, 0.3], [0.45, 0.5], [0.7, 0.7], [0.3, 0.8]]],
    [[[0.4, 0.2], [0.3, 0.5], [0.7, 0.5]], [[0.65, 0.2], [0.6, 0.8]]],
    [[[0.7, 0.2], [0.4, 0.2], [0.4, 0.5], [0.65, 0.6], [0.6, 0.8], [0.3, 0.8]]],
    [[[0.6, 0.2], [0.35, 0.6], [0.5, 0.8], [0.65, 0.65], [0.4, 0.6]]],
    [[[0.3, 0.2], [0.7, 0.2], [0.45, 0.8]]],
    [[[0.5, 0.2], [0.35, 0.3], [0.65, 0.7], [0.5, 0.8], [0.35, 0.7], [0.65, 0.3], [0.5, 0.2]]],
    [[[0.65, 0.4], [0.45, 0.5], [0.4, 0.3], [0.6, 0.2], [0.65, 0.4], [0.55, 0.8]]],
]


class Unusual(nn.Module):
    """Every layer that may be packed and EmbeddingNet does not have."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1),
            nn.BatchNorm2d(4, affine=False),
            nn.SiLU(),
            nn.AvgPool2d(2),
            nn.Sequential(nn.Conv2d(4, 6, 2, stride=2), nn.PReLU(), nn.MaxPool2d(3, stride=2, padding=1)),
            nn.Dropout(),
            nn.Flatten(),
        )
        self.embed = nn.Sequential(nn.Linear(6 * 16, 5), nn.ReLU(), nn.Identity(), nn.Linear(5, 2, bias=False))

    def forward(self, images):
        return self.embed(self.trunk(images))
