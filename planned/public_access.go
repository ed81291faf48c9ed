package planned

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// publicAccess is aws_vpc_block_public_access_options: the setting of a region. If it is
// deleted, nothing is blocked any more (AWS provider).
func (a *action) publicAccess(pass int) {
	if pass != passMake || !a.blockWasRead() {
		return
	}
	const key = "internet_gateway_block_mode"
	mode := "off"
	if a.staying() {
		if x, pending := a.after.pending(key); pending {
			if !x.computed {
				a.unknown(key, "it is known after apply what VPC block public access blocks")
				a.in.PublicAccess.State = inventory.PublicAccessUpdating
			}
			return
		}
		mode = a.after.known(key)
	}
	if !slices.Contains([]string{"off", "block-bidirectional", "block-ingress"}, mode) {
		a.after.bad(key, "off, block-bidirectional or block-ingress", mode)
		return
	}
	a.in.PublicAccess.Mode, a.in.PublicAccess.State = mode, "update-complete"
}

// publicAccessExclusion is aws_vpc_block_public_access_exclusion: of a VPC or a subnet.
func (a *action) publicAccessExclusion(pass int) {
	if pass != passMake || !a.blockWasRead() {
		return
	}
	block := &a.in.PublicAccess
	if a.existed() {
		id := a.oldID()
		block.Exclusions = without(block.Exclusions, func(x *inventory.PublicAccessExclusion) bool { return x.ID == id })
	}
	if !a.staying() {
		return
	}
	const key = "internet_gateway_exclusion_mode"
	mode, resource := a.after.known(key), a.after.id("vpc_id", "vpc-")
	if resource == "" {
		resource = a.after.id("subnet_id", "subnet-")
	}
	if mode == "" || resource == "" {
		a.unknown("", "it is known after apply what is excluded from VPC block public access")
		return
	}
	if mode != "allow-bidirectional" && mode != "allow-egress" {
		a.after.bad(key, "allow-bidirectional or allow-egress", mode)
		return
	}
	block.Exclusions = append(slices.Clip(block.Exclusions), inventory.PublicAccessExclusion{ID: a.id, Resource: resource, Mode: mode, State: "create-complete"})
}

// blockWasRead reports whether VPC block public access was read, and notes it if not: then
// it is not known what its change opens.
func (a *action) blockWasRead() bool {
	if a.in.Read.Has(inventory.PartPublicAccess) {
		return true
	}
	a.unknown("", "VPC block public access of %s was not read, so that it is not known what the change opens", a.region())
	return false
}
