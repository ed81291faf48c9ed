package inventory

import (
	"slices"
	"testing"
)

// Each type of the table has words of its own, and one that is not in it is its own
// word. What contains or judges a group does not use it.
func TestConfigKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range configKinds {
		service, kind := ConfigKind(k.Type)
		x := Referrer{Service: service, Kind: kind, Name: "one"}
		if x.ConfigType() != k.Type || !IsConfigType(k.Type) || !UsesGroups(k.Type) {
			t.Errorf("%s is %s %s, and back it is %s", k.Type, service, kind, x.ConfigType())
		}
		if service != "" {
			s := ReferrerServiceOf(service)
			if s == nil || !slices.ContainsFunc(s.Kinds, func(r ReferrerKind) bool { return r.Kind == kind }) {
				t.Errorf("%s: no row of ReferrerServices has %s %s", k.Type, service, kind)
			}
		}
		if words := x.Words(); seen[words] {
			t.Errorf("%s: %q stands twice", k.Type, words)
		} else {
			seen[words] = true
		}
	}
	x := Referrer{Kind: "AWS::MWAA::Environment", Name: "air"}
	if service, kind := ConfigKind(x.Kind); service != "" || kind != x.Kind || x.ConfigType() != x.Kind || x.Words() != "AWS::MWAA::Environment air" {
		t.Errorf("%s is %q %q, and back it is %q: %s", x.Kind, service, kind, x.ConfigType(), x.Words())
	}
	if other := (&Referrer{Service: "ecs", Kind: "task-set"}); other.ConfigType() != "" {
		t.Errorf("ecs task-set is %s", other.ConfigType())
	}
	for _, bad := range []string{"", "AWS", "AWS::", "AWS::EC2::VPC ", "AWS::EC2::'VPC", "AWS::EC2::VPC\n"} {
		if IsConfigType(bad) {
			t.Errorf("%q is taken for a type", bad)
		}
	}
	if UsesGroups("AWS::CloudFormation::Stack") || !slices.IsSorted(NotUsers) {
		t.Error("a stack does not use the groups that it contains; NotUsers is sorted")
	}
}
