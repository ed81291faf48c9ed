package planned

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// launchers are the types of resources that start instances, with the tag that names them on
// what they start (Amazon EC2 Auto Scaling user guide, tag instances; Amazon EKS user guide,
// tags; Amazon EC2 user guide, tag an EC2 Fleet). Network interfaces have it where the launch
// template passes tags on to them.
var launchers = map[string]struct {
	tag, what string
	stays     string // the attribute of Terraform without which instances run on
}{
	"aws_autoscaling_group":              {"aws:autoscaling:groupName", "Auto Scaling group", ""},
	"AWS::AutoScaling::AutoScalingGroup": {"aws:autoscaling:groupName", "Auto Scaling group", ""},
	"aws_eks_node_group":                 {"eks:nodegroup-name", "node group of EKS", ""},
	"AWS::EKS::Nodegroup":                {"eks:nodegroup-name", "node group of EKS", ""},
	"aws_ec2_fleet":                      {"aws:ec2:fleet-id", "EC2 Fleet", "terminate_instances"},
	"AWS::EC2::EC2Fleet":                 {"aws:ec2:fleet-id", "EC2 Fleet", ""},
	"aws_spot_fleet_request":             {"aws:ec2spot:fleet-request-id", "Spot Fleet", "terminate_instances_on_delete"},
	"AWS::EC2::SpotFleet":                {"aws:ec2spot:fleet-request-id", "Spot Fleet", ""},
}

// terminate drops the interfaces of the instances that a resource started, which AWS
// terminates with it: those with its tag, and the others of the same instances. Where no
// interface has the tag, it is noted that they are not known.
func (a *action) terminate() {
	of := launchers[a.Type]
	if terminates, known := a.before.flag(of.stays); known && !terminates && a.before.known("type") != "instant" {
		return // its instances run on
	}
	id := a.oldID()
	cluster, node, both := strings.Cut(strings.ReplaceAll(id, ":", "/"), "/")
	if !both || of.tag != "eks:nodegroup-name" {
		cluster, node = "", id
	}
	tagged := func(e *inventory.Interface, key, value string) bool {
		return value != "" && slices.ContainsFunc(e.Tags, func(t inventory.Tag) bool { return t.Key == key && t.Value == value })
	}
	instances := map[string]bool{}
	var ids []string
	for i := range a.in.Interfaces {
		if e := &a.in.Interfaces[i]; tagged(e, of.tag, node) && (cluster == "" || tagged(e, "eks:cluster-name", cluster)) {
			ids = append(ids, e.ID)
			instances[e.Instance] = e.Instance != ""
		}
	}
	if len(ids) == 0 {
		a.unknown("", "the %s is deleted, and AWS terminates its instances. Which ones they are is not known, because no network interface has the tag %s with its name: they stay in the copy", of.what, of.tag)
		return
	}
	a.drop(func(e *inventory.Interface) bool { return instances[e.Instance] || slices.Contains(ids, e.ID) })
}
