"""A path that can be written anywhere without quotes."""

PATTERN = r"(?=.{1,128}$)(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._+@-]+)+"
RULE = (
    "an absolute path of up to 128 letters, digits and ._+@- without '//', '.', '..'"
    " or a slash at its end"
)
