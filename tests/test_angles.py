import pytest

from rotational_variance.samples.angles import angle_grid


@pytest.mark.parametrize(("number", "expected"), [
    (2, [-180, 0]), (4, [-180, -90, 0, 90]), (3, [-180, -60, 60]), (5, [-180, -108, -36, 36, 108]),
])  # fmt: skip
def test_a_number_covers_the_full_circle_once(number, expected):
    assert angle_grid(number) == expected


def test_the_published_grid_has_sixteen_angles_of_which_180_is_none():
    grid = angle_grid(16)
    assert len(grid) == 16
    assert (grid[0], grid[-1]) == (-180, 180 - 22.5)


@pytest.mark.parametrize(("start", "stop", "number", "expected"), [
    (-45, 45, 7, [-45, -30, -15, 0, 15, 30, 45]), (0, 90, 2, [0, 90]), (-0.5, 0.5, 3, [-0.5, 0, 0.5]),
    (170, 190, 3, [170, 180, 190]), (0, 359, 2, [0, 359]),
])  # fmt: skip
def test_an_arc_includes_both_its_ends(start, stop, number, expected):
    assert angle_grid({"from": start, "to": stop, "number": number}) == expected


def test_an_arc_ends_where_it_says_whatever_its_step():
    for number in range(2, 50):
        grid = angle_grid({"from": 0.1, "to": 0.7, "number": number})
        assert (grid[0], grid[-1], len(grid)) == (0.1, 0.7, number)


def test_a_list_is_taken_as_it_is():
    grid = angle_grid([0, 90, -10.5, 730])
    assert grid == [0, 90, -10.5, 730]
    assert {type(angle) for angle in grid} == {float}


@pytest.mark.parametrize("angles", [1, [45], {"from": 0, "to": 90, "number": 1}])
def test_one_angle_is_refused(angles):
    with pytest.raises(ValueError, match="got 1, expected 2 or more: one angle has no spread"):
        angle_grid(angles)


@pytest.mark.parametrize("angles", [[0, 90, 0], [-180, 0, 180], [0, 360], [-90, 270], [10.5, -709.5], [0.1, -359.9]])
def test_the_same_direction_twice_is_refused(angles):
    with pytest.raises(ValueError, match=f"got .* and {angles[-1]:g} degrees, which is the same; give each angle once"):
        angle_grid(angles)


@pytest.mark.parametrize(("start", "stop"), [(0, 360), (-180, 180), (0, 400), (90, 0), (45, 45)])
def test_an_arc_that_is_none_is_refused(start, stop):
    message = f"got an arc from {start} to {stop} degrees, expected `to` above `from` by less than 360"
    with pytest.raises(ValueError, match=message):
        angle_grid({"from": start, "to": stop, "number": 5})
