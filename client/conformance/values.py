"""Values of Lakesmith, as `answer_queries` gives them, in the two forms in which Spark writes values.

`cast_text` is what CAST to STRING gives, the form of recorded answers; `hive_text` is that of Spark's golden files.
"""

DAY_TIME = {"day": 86_400_000_000, "hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000}


def cast_text(value, tree):
    """A value as CAST to STRING writes it; BINARY is in hexadecimal digits at the top."""
    if value is None:
        return "NULL"
    return value if tree == "binary" else nested_cast_text(value, tree)


def nested_cast_text(value, tree):
    """A value inside another one."""
    if value is None:
        return "null"
    match tree:
        case ["array", element]:
            return "[" + ", ".join(nested_cast_text(item, element) for item in value) + "]"
        case ["struct", fields]:
            return "{" + ", ".join(nested_cast_text(item, kind) for item, (_, kind) in zip(value, fields)) + "}"
        case ["map", key, kind]:
            pairs = (f"{nested_cast_text(left, key)} -> {nested_cast_text(right, kind)}" for left, right in value)
            return "{" + ", ".join(pairs) + "}"
        case "binary":
            return bytes.fromhex(value).decode("utf-8", "replace")
        case str() if tree.startswith("interval ") and ("year" in tree or "month" in tree):
            return year_month(value, tree.removeprefix("interval ").split(" to "))
        case str() if tree.startswith("interval "):
            return day_time(value, tree.removeprefix("interval ").split(" to "))
    return value


def year_month(months, units):
    """An interval of months as its literal."""
    sign, size = "-" if months < 0 else "", abs(months)
    whole = {"year": str(size // 12), "month": str(size % 12 if len(units) > 1 else size)}
    return f"INTERVAL '{sign}{'-'.join(whole[unit] for unit in units)}' {' TO '.join(units).upper()}"


def day_time(micros, units):
    """An interval of microseconds as its literal."""
    first, last = units[0], units[-1]
    sign, rest = "-" if micros < 0 else "", abs(micros)
    text = ""
    for unit in list(DAY_TIME)[list(DAY_TIME).index(first) : list(DAY_TIME).index(last) + 1]:
        amount, rest = divmod(rest, DAY_TIME[unit])
        separator = "" if not text else " " if unit == "hour" else ":"
        text += separator + (str(amount) if unit == "day" else f"{amount:02}")
    if last == "second" and rest:
        text += "." + f"{rest:06}".rstrip("0")
    return f"INTERVAL '{sign}{text}' {' TO '.join(units).upper()}"


def hive_text(value, tree, is_top=True):
    """A value as Spark's golden files have it."""
    if value is None:
        return "NULL" if is_top else "null"
    match tree:
        case ["array", element]:
            return "[" + ",".join(hive_text(item, element, False) for item in value) + "]"
        case ["struct", fields]:
            pairs = (f'"{name}":{hive_text(item, kind, False)}' for item, (name, kind) in zip(value, fields))
            return "{" + ",".join(pairs) + "}"
        case ["map", key, kind]:
            pairs = (f"{hive_text(left, key, False)}:{hive_text(right, kind, False)}" for left, right in value)
            return "{" + ",".join(sorted(pairs)) + "}"
        case "binary":
            return bytes.fromhex(value).decode("utf-8", "replace")
        case str() if tree.startswith("interval ") and ("year" in tree or "month" in tree):
            return f"{'-' if value < 0 else ''}{abs(value) // 12}-{abs(value) % 12}"
        case str() if tree.startswith("interval "):
            days, rest = divmod(abs(value), DAY_TIME["day"])
            hours, rest = divmod(rest, DAY_TIME["hour"])
            minutes, rest = divmod(rest, DAY_TIME["minute"])
            sign = "-" if value < 0 else ""
            return f"{sign}{days} {hours:02}:{minutes:02}:{rest // 1_000_000:02}.{rest % 1_000_000 * 1000:09}"
        case str() if not is_top and tree.split("(")[0].split(" ")[0] in ("string", "char", "varchar"):
            return f'"{value}"'
    return value
