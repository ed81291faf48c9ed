package planned

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestProviders: the resources of a fork of the AWS provider, from any registry, are applied
// as those of the AWS provider are. Those of another provider never are: with a type of AWS
// they are unknown, and with one of their own they are counted.
func TestProviders(t *testing.T) {
	rule := change("aws_vpc_security_group_ingress_rule.r", create, "", `{"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0", "security_group_id": "sg-2"}`, "")
	instance := change("aws_instance.x", create, "", `{"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"]}`, `{"id": true}`)
	balancer := change("aws_lb.x", create, "", `{"subnets": ["subnet-1"], "security_groups": ["sg-2"]}`, `{"id": true}`)
	gone := change("aws_instance.x", remove, `{"id": "i-1"}`, "", "")
	service := change("acme_service.x", create, "", `{"security_group_ids": ["sg-1"]}`, `{"id": true}`)
	for name, c := range map[string]struct {
		provider, change string
		applied          int
		unknown          string // a part of the note
	}{
		"HashiCorp":             {"registry.terraform.io/hashicorp/aws", rule, 1, ""},
		"OpenTofu":              {"registry.opentofu.org/hashicorp/aws", rule, 1, ""},
		"fork":                  {"registry.acme.example/platform/aws", rule, 1, ""},
		"fork, instance":        {"registry.acme.example/platform/aws", instance, 1, ""},
		"fork, balancer":        {"registry.acme.example/platform/aws", balancer, 1, ""},
		"fork, deletion":        {"registry.acme.example/platform/aws", gone, 1, ""},
		"old format":            {"aws", rule, 1, ""},
		"another":               {"registry.acme.example/platform/cloud", rule, 0, "platform/cloud"},
		"another, instance":     {"registry.acme.example/platform/cloud", instance, 0, "platform/cloud"},
		"another, deletion":     {"registry.acme.example/platform/cloud", gone, 0, "platform/cloud"},
		"none":                  {"", instance, 0, "unknown"},
		"another, its own type": {"registry.acme.example/platform/acme", service, 0, ""},
		"fork, other type":      {"registry.acme.example/platform/aws", service, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := apply(t, plan("", strings.ReplaceAll(c.change, "registry.terraform.io/hashicorp/aws", c.provider)))
			notes := asText(t, outcome.Unknown)
			if outcome.Applied != c.applied || outcome.Incomplete() != (c.unknown != "") || !strings.Contains(notes, c.unknown) || len(outcome.NotLookedAt) != 1-c.applied {
				t.Errorf("%+v, want %d applied, and unknown %q", outcome, c.applied, c.unknown)
			}
			want := map[string]int{instance: 4, balancer: 4, gone: 2}[c.change]
			if c.applied == 0 || want == 0 {
				want = 3
			}
			if len(r.Interfaces) != want {
				t.Errorf("there are %d interfaces, want %d", len(r.Interfaces), want)
			}
			if has := rulesOf(t, r, "sg-2") != ""; has != (c.applied == 1 && c.change == rule) {
				t.Errorf("sg-2 has %q", rulesOf(t, r, "sg-2"))
			}
			if e := inventory.NewIndex(r).Interface("eni-2"); e == nil {
				t.Error("the interface of another resource is gone")
			}
		})
	}
}
