"""The parts of CloudFormation templates that the steps use, with references put in."""

import re

import tools


def load(file):
    """A template as values; a function such as !Ref is a dictionary of its own name."""
    import yaml  # which moto brings

    class Loader(yaml.SafeLoader):
        pass

    def tagged(loader, suffix, node):
        kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence, yaml.MappingNode: loader.construct_mapping}
        if suffix == "GetAtt":
            return {"Fn::GetAtt": node.value}
        return {suffix if suffix == "Ref" else "Fn::" + suffix: kinds[type(node)](node, *([] if isinstance(node, yaml.ScalarNode) else [True]))}

    Loader.add_multi_constructor("!", tagged)
    return yaml.load(file.read_text(), Loader)


def resolve(template, values, what):
    """Replaces what a value refers to: parameters by the values given or by their defaults,
    resources by the values given or by their names, pseudo parameters by those of moto."""
    defaults = {name: p["Default"] for name, p in template["Parameters"].items() if "Default" in p}
    names = {**{r: r for r in template["Resources"]}, **defaults, "AWS::Region": "eu-west-1", "AWS::Partition": "aws", "AWS::AccountId": "123456789012", **values}

    def known(name):
        if name not in names:
            tools.fail(f"the template refers to {name}, which has no value")
        return names[name]

    def inner(value):
        match value:
            case {"Ref": name}:
                return known(name)
            case {"Fn::GetAtt": name}:
                return values.get(name, f"arn:aws:iam::123456789012:role/{name}")
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}]+)\}", lambda m: str(known(m[1])), text)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(inner(parts))
            case dict():
                return {k: inner(v) for k, v in value.items()}
            case list():
                return [inner(v) for v in value]
        return value

    return inner(what)
