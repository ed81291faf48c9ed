# The rule that was temporary goes: its finding is fixed.
# exit 0
# fixed critical admin-port-open-to-internet
# state aws_vpc_security_group_ingress_rule.temporary 0 {"id": "sgr-0a1000110003", "security_group_rule_id": "sgr-0a1000110003", "security_group_id": "sg-0a100011", "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 22, "to_port": 22, "description": "temporary, remove after the migration"}
