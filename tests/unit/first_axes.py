"""What a figure shows first."""


def first_axes(figure):
    """The first axes, without a type: to the types of matplotlib a bar is a patch that has no height."""
    return figure.axes[0]


def second_axes(figure):
    """The next panel, in the same way."""
    return figure.axes[1]
