package planned

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// loadBalancer is aws_lb: its interfaces are recognised by what AWS writes on them.
func (a *action) loadBalancer(pass int) {
	short := map[string]string{"": "app", "application": "app", "network": "net", "gateway": "gwy"}[a.after.known("load_balancer_type")]
	a.balancer(pass, "ELB "+a.before.known("arn_suffix"), "ELB "+short+"/"+a.after.known("name")+"/")
}

// classicLoadBalancer is aws_elb.
func (a *action) classicLoadBalancer(pass int) {
	a.balancer(pass, "ELB "+a.before.known("name"), "ELB "+a.after.known("name"))
}

func (a *action) balancer(pass int, was, is string) {
	if pass != passAttach {
		return
	}
	const groups = "security_groups"
	theirs := func(e *inventory.Interface) bool { return e.LoadBalancer() && e.Description == was }
	if a.removes() {
		a.drop(theirs)
	}
	switch {
	case a.makes():
		e, found := a.newInterface(a.after, groups)
		if !found {
			return
		}
		e.Description, e.Requester, e.Managed = is, "amazon-elb", true
		if internal, known := a.after.flag("internal"); known {
			e.Planned = publicIf(!internal)
		} else if x, pending := a.after.pending("internal"); !pending || x.computed {
			e.Planned = inventory.PlannedPublic // AWS makes it internet-facing where nothing says else
		}
		subnets, _ := a.after.idsOf("subnets", "subnet-")
		for _, s := range subnets {
			one := e
			one.Subnet = s
			if len(subnets) > 1 {
				one.ID += " in " + s
			}
			a.add(one)
		}
		if len(subnets) == 0 {
			a.add(e)
		}
	case a.updates() && a.changed(groups):
		after := a.groupsAfter(groups)
		a.serviceGroups(theirs, groups, after, "")
		arn := a.before.known("arn")
		for i := range a.in.LoadBalancers {
			if b := &a.in.LoadBalancers[i]; b.ARN == arn && arn != "" {
				b.Groups = slices.Clone(after)
			}
		}
	}
}

// database is aws_db_instance and aws_rds_cluster. Nothing on the interfaces of RDS
// says which database they belong to, so they are recognised by the groups that they have.
func (a *action) database(pass int) {
	if pass != passAttach {
		return
	}
	const groups = "vpc_security_group_ids"
	switch {
	case a.makes():
		e, found := a.newInterface(a.after, groups)
		if !found {
			return
		}
		e.Description, e.Requester, e.Managed = "RDSNetworkInterface", "amazon-rds", true
		if public, known := a.after.flag("publicly_accessible"); known {
			e.Planned = publicIf(public)
		}
		a.add(e)
	case a.updates() && a.changed(groups):
		was := slices.Sorted(slices.Values(a.before.ids(groups, "sg-")))
		a.serviceGroups(func(e *inventory.Interface) bool {
			return e.Owner().Kind == "database" && slices.Equal(e.Groups, was)
		}, groups, a.groupsAfter(groups), "database")
	}
	if a.removes() {
		a.unknown("", "nothing on the interfaces of RDS says which of them belong to the database: they stay in the copy")
	}
}

// function is aws_lambda_function.
func (a *action) function(pass int) {
	if pass != passAttach {
		return
	}
	groupsOf := func(v values) (ids, subnets []string) {
		blocks, _ := v.blocks("vpc_config")
		for _, b := range blocks {
			ids, subnets = b.ids("security_group_ids", "sg-"), b.ids("subnet_ids", "subnet-")
		}
		return ids, subnets
	}
	was, _ := groupsOf(a.before)
	is, subnets := groupsOf(a.after)
	name := a.before.known("function_name")
	switch {
	case a.makes() && len(is) > 0:
		e := inventory.Interface{ID: a.Address, Type: "lambda", Account: a.in.AccountID, Status: "in-use", Managed: true, Planned: inventory.PlannedPrivate, Groups: is}
		e.Description = "AWS Lambda VPC ENI-" + a.after.known("function_name") + "-00000000-0000-0000-0000-000000000000"
		if len(subnets) > 0 {
			e.Subnet = subnets[0]
		}
		a.add(e)
	case a.updates() && a.changed("vpc_config"):
		slices.Sort(was)
		a.serviceGroups(func(e *inventory.Interface) bool {
			o := e.Owner()
			return o.Kind == "function" && o.Name == name && slices.Equal(e.Groups, was)
		}, "vpc_config", is, "")
	}
	for i := range a.in.Functions {
		if f := &a.in.Functions[i]; f.Name == name && name != "" && a.staying() {
			f.Groups = slices.Clone(is)
		}
	}
}

// serviceGroups gives the interfaces of a service other groups. Where they are recognised
// by a likeness alone, several are too many.
func (a *action) serviceGroups(theirs func(*inventory.Interface) bool, attribute string, groups []string, alike string) {
	var ids []string
	for i := range a.in.Interfaces {
		if theirs(&a.in.Interfaces[i]) {
			ids = append(ids, a.in.Interfaces[i].ID)
		}
	}
	switch {
	case len(ids) == 0:
		a.unknown(attribute, "its interfaces are not among those that were read")
	case alike != "" && len(ids) > 1:
		a.unknown(attribute, "%d interfaces of RDS have the same groups, and nothing on them says which of them belong to the %s", len(ids), alike)
	default:
		a.give(ids, groups, nil)
	}
}
