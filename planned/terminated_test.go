package planned

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// The instances of an Auto Scaling group, a node group or a fleet are terminated with it. Those
// with its tag leave the copy with all of their interfaces. Where there is none, it is said.
func TestInstancesOfWhatIsDeleted(t *testing.T) {
	const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
sg-1 web
eni-1 sg-1 10.0.1.1 instance i-1 tag aws:autoscaling:groupName=web
eni-2 sg-1 10.0.1.2 instance i-1
eni-3 sg-1 10.0.1.3 instance i-3 tag aws:autoscaling:groupName=other
eni-4 sg-1 10.0.1.4 instance i-4 tag eks:nodegroup-name=n tag eks:cluster-name=c
eni-5 sg-1 10.0.1.5 instance i-5 tag eks:nodegroup-name=n tag eks:cluster-name=d
eni-6 sg-1 10.0.1.6 instance i-6 tag aws:ec2:fleet-id=fleet-1
eni-7 sg-1 10.0.1.7
`
	const all = "eni-1 eni-2 eni-3 eni-4 eni-5 eni-6 eni-7"
	terraform := func(kind, actions, before, after string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return Terraform([]byte(plan("", change(kind+".a", actions, before, after, "{}"))))
		}
	}
	for name, c := range map[string]struct {
		plan    func() (*Plan, error)
		want    string
		unknown string
	}{
		"Auto Scaling group":    {terraform("aws_autoscaling_group", remove, `{"id": "web", "name": "web"}`, ""), "eni-3 eni-4 eni-5 eni-6 eni-7", ""},
		"without a tag":         {terraform("aws_autoscaling_group", remove, `{"id": "jobs", "name": "jobs"}`, ""), all, "the Auto Scaling group is deleted, and AWS terminates its instances. Which ones they are is not known"},
		"replaced":              {terraform("aws_autoscaling_group", replace, `{"id": "web", "name": "web"}`, `{"name": "web2"}`), "eni-3 eni-4 eni-5 eni-6 eni-7", ""},
		"other size":            {terraform("aws_autoscaling_group", update, `{"id": "web", "max_size": 1}`, `{"id": "web", "max_size": 2}`), all, ""},
		"node group":            {terraform("aws_eks_node_group", remove, `{"id": "c:n"}`, ""), "eni-1 eni-2 eni-3 eni-5 eni-6 eni-7", ""},
		"of another cluster":    {terraform("aws_eks_node_group", remove, `{"id": "e:n"}`, ""), all, "tag eks:nodegroup-name"},
		"fleet":                 {terraform("aws_ec2_fleet", remove, `{"id": "fleet-1", "terminate_instances": true}`, ""), "eni-1 eni-2 eni-3 eni-4 eni-5 eni-7", ""},
		"fleet that is unknown": {terraform("aws_ec2_fleet", remove, `{"id": "fleet-2"}`, ""), all, "the EC2 Fleet is deleted"},
		"instances run on":      {terraform("aws_ec2_fleet", remove, `{"id": "fleet-1", "terminate_instances": false, "type": "maintain"}`, ""), all, ""},
		"instant fleet":         {terraform("aws_ec2_fleet", remove, `{"id": "fleet-1", "terminate_instances": false, "type": "instant"}`, ""), "eni-1 eni-2 eni-3 eni-4 eni-5 eni-7", ""},
	} {
		p, err := c.plan()
		if err != nil {
			t.Fatal(name, err)
		}
		is, outcome, err := p.Apply(notation.MustParse(estate).Inventory)
		if err != nil {
			t.Fatal(name, err)
		}
		var ids []string
		for _, e := range is.Regions[0].Interfaces {
			ids = append(ids, e.ID)
		}
		slices.Sort(ids)
		unknown := ""
		for _, n := range outcome.Unknown {
			unknown += n.String()
		}
		if got := strings.Join(ids, " "); got != c.want || !strings.Contains(unknown, c.unknown) || (unknown == "") != (c.unknown == "") {
			t.Errorf("%s: %s, unknown %q; want %s, %q", name, got, unknown, c.want, c.unknown)
		}
	}
}
