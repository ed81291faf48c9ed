package awsclient

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// scaled has Auto Scaling groups that start instances from a fixed version of a launch
// template: of their own, and as an override.
const scaled = small + "referrer autoscaling group web sg-1 id arn:web\nreferrer autoscaling group workers sg-2 id arn:workers\n"

// An Auto Scaling group uses the groups that its version of a launch template has, and
// each template takes one call. What was deleted meanwhile holds nothing; what was
// not answered is a gap.
func TestPinnedTemplateVersions(t *testing.T) {
	const versions, list = "DescribeLaunchTemplateVersions", "DescribeAutoScalingGroups"
	for name, c := range map[string]struct {
		faults []endpoint.Fault
		held   []string
		gap    string
	}{
		"as they are":         {nil, []string{"web", "workers"}, ""},
		"versions are denied": {[]endpoint.Fault{{Action: versions, Denied: true}}, nil, "ec2:" + versions},
		"the list is denied":  {[]endpoint.Fault{{Action: list, Denied: true}}, nil, "autoscaling:" + list},
		"not an answer":       {[]endpoint.Fault{{Action: list, NonAnswer: endpoint.NonAnswers()[0]}}, nil, "autoscaling:" + list},
	} {
		sizes := []int{0}
		if c.faults == nil {
			sizes = []int{1, 0}
		}
		for _, size := range sizes {
			estate := notation.MustParse(scaled).Inventory
			for _, r := range estate.Regions { // those that are deleted: a template, and a version beside one that is there
				r.Referrers = append(r.Referrers, inventory.Referrer{Service: "autoscaling", Kind: "group", Name: "aged"})
				r.Referrers = append(r.Referrers, inventory.Referrer{Service: "autoscaling", Kind: "group", Name: "yearly"})
				r.Normalize()
			}
			s := serve(t, estate, endpoint.Options{Faults: c.faults, PageSize: size})
			r := collect(t, s, Options{Depth: inventory.DepthServices, Regions: []string{"us-east-1"}}).Regions[0]
			var held []string
			for i := range r.Referrers {
				if x := &r.Referrers[i]; x.Kind == "group" && len(x.Groups) == 1 {
					held = append(held, x.Name)
				}
			}
			part := inventory.ReferrerServiceOf("autoscaling").Part()
			gap := slices.ContainsFunc(r.Gaps, func(g inventory.Gap) bool { return g.Operation == c.gap && g.Part.Has(part) })
			if !slices.Equal(held, c.held) || r.Read.Has(part) != (c.gap == "") || gap != (c.gap != "") {
				t.Errorf("%s, pages of %d: held by %v, want %v; gaps %+v", name, size, held, c.held, r.Gaps)
			}
			if n := len(asked(s, versions)); c.faults == nil && size == 0 && n != 6 {
				t.Errorf("%d calls of %s, want one for all latest and default versions, one for each of three templates, and two more for the one of which a version is deleted", n, versions)
			}
		}
	}
}

// Odd Auto Scaling groups are understood, or a gap.
func TestOddScalingGroups(t *testing.T) {
	specification := func(id, version string) string {
		return "<LaunchTemplate><LaunchTemplateId>" + id + "</LaunchTemplateId><Version>" + version + "</Version></LaunchTemplate>"
	}
	for name, c := range map[string]struct {
		xml    string
		pinned int
		gap    string
	}{
		"a fixed version":    {specification("lt-1", "3"), 1, ""},
		"the latest":         {specification("lt-1", "$Latest"), 0, ""},
		"the default":        {specification("lt-1", "$Default"), 0, ""},
		"without a version":  {specification("lt-1", ""), 0, ""},
		"no launch template": {"", 0, ""},
		"not a number":       {specification("lt-1", "3\x09;"), 0, "which is not a number"},
		"less than one":      {specification("lt-1", "0"), 0, "which is not a number"},
		"without an id":      {specification("", "3"), 0, "without an id"},
		"mixed": {"<MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId><Version>1</Version></LaunchTemplateSpecification>" +
			"<Overrides><member><InstanceType>m7g.large</InstanceType></member><member><LaunchTemplateSpecification><LaunchTemplateId>lt-2</LaunchTemplateId><Version>7</Version></LaunchTemplateSpecification></member></Overrides></LaunchTemplate></MixedInstancesPolicy>", 2, ""},
	} {
		item, err := parseXML([]byte("<member><AutoScalingGroupName>web</AutoScalingGroupName>" + c.xml + "</member>"))
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{}
		g, err := r.scalingGroup(inventory.ReferrerServiceOf("autoscaling").Part(), item)
		said := ""
		for _, texts := range r.gapTexts {
			said += strings.Join(texts.texts, "; ")
		}
		if err != nil || len(g.versions) != c.pinned || (said == "") != (c.gap == "") || !strings.Contains(said, c.gap) {
			t.Errorf("%s: %v, %+v, %q", name, err, g, said)
		}
	}
}
