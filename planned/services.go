package planned

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// database is aws_db_instance, aws_rds_cluster and those of other engines of RDS. Nothing
// on the interfaces of RDS says which database they belong to, so they are recognised by
// the groups that they have.
func (a *action) database(pass int) {
	if pass != passAttach {
		return
	}
	if a.staying() && a.After["cluster_identifier"] != nil && a.Type == "aws_db_instance" { // of CloudFormation
		a.clusterInstance(pass)
		return
	}
	const groups = "vpc_security_group_ids"
	was := joined(nil, nil, a.before.ids(groups, "sg-"))
	h := holderOf(a.Type)
	if a.removes() {
		a.leaves(h, was)
	}
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
	case a.updates():
		a.publish(h, was, was)
		a.moves()
		if a.changed(groups) {
			is := a.groupsAfter(groups)
			a.regroups(h, groups, was, joined(was, is, nil), joined(is, was, nil))
		}
	}
}

// function is aws_lambda_function. Functions with the same groups and subnets share their
// interfaces, which bear the name of one of them (AWS Lambda developer guide, VPC).
func (a *action) function(pass int) {
	if pass != passAttach {
		return
	}
	was, from, _ := a.vpcConfig(a.before)
	is, to, known := a.vpcConfig(a.after)
	if !known { // what exists keeps the groups that it has
		a.unknown("vpc_config", "it is known after apply which groups they are")
		is = joined(is, nil, was)
	}
	name := cmp.Or(a.before.known("function_name"), a.oldID())
	theirs := func(e *inventory.Interface) bool {
		return e.Owner() == inventory.Owner{Kind: "function", Name: name} && slices.Equal(e.Groups, was)
	}
	changed := a.updates() && a.changed("vpc_config")
	shared := len(was) > 0 && slices.ContainsFunc(a.in.Functions, func(f inventory.Function) bool {
		return f.Name != name && slices.Equal(f.Groups, was) && slices.Equal(f.Subnets, from)
	})
	switch {
	case len(was) == 0 || !changed && !a.removes() || shared: // there are none, or they stay
	case (a.removes() || len(is) == 0) && !a.in.Read.Has(inventory.PartFunctions) && slices.ContainsFunc(a.in.Interfaces, func(e inventory.Interface) bool { return theirs(&e) }):
		a.unknown("vpc_config", "the Lambda functions were not read, so that other functions may share its interfaces: they stay in the copy")
	case a.removes() || len(is) == 0:
		a.drop(theirs)
	default:
		a.serviceGroups(theirs, "vpc_config", is)
	}
	if len(is) > 0 && (a.makes() || changed && (shared || len(was) == 0)) {
		a.makeFunction(is, to)
	}
	if a.removes() {
		a.in.Functions = without(a.in.Functions, func(f *inventory.Function) bool { return f.Name == name && name != "" })
	}
	for i := range a.in.Functions {
		if f := &a.in.Functions[i]; f.Name == name && changed {
			f.Groups, f.Subnets = is, to
		}
	}
}

// makeFunction adds an interface of a function.
func (a *action) makeFunction(groups, subnets []string) {
	e := inventory.Interface{ID: a.Address, Type: "lambda", Account: a.in.AccountID, Status: "in-use", Managed: true, Planned: inventory.PlannedPrivate, Groups: groups}
	e.Description = "AWS Lambda VPC ENI-" + a.after.known("function_name") + "-00000000-0000-0000-0000-000000000000"
	if len(subnets) > 0 {
		e.Subnet = subnets[0]
	}
	a.add(e)
}

// vpcConfig returns the groups and subnets of a function, sorted, and whether all groups
// are known.
func (a *action) vpcConfig(v values) (groups, subnets []string, known bool) {
	blocks, known := v.blocks("vpc_config")
	for _, b := range blocks {
		ids, all := b.idsOf("security_group_ids", "sg-")
		in, there := b.places("subnet_ids")
		if !there {
			a.unknown(b.name("subnet_ids"), "it is known after apply which ones they are%s", b.why("subnet_ids", "subnet-"))
		}
		groups, subnets, known = joined(nil, nil, ids), joined(nil, nil, in), known && all
	}
	return groups, subnets, known
}

// serviceGroups gives the interfaces of a service other groups.
func (a *action) serviceGroups(theirs func(*inventory.Interface) bool, attribute string, groups []string) {
	var ids []string
	for i := range a.in.Interfaces {
		if theirs(&a.in.Interfaces[i]) {
			ids = append(ids, a.in.Interfaces[i].ID)
		}
	}
	if len(ids) == 0 {
		a.unknown(attribute, "the groups change, but its interfaces are not among those that were read")
		a.comes(groups)
		return
	}
	a.give(ids, groups, nil)
}
