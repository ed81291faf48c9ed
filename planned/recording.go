package planned

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// flowLog is aws_flow_log, of a VPC, a subnet or an interface.
func (a *action) flowLog(pass int) {
	if !a.in.Read.Has(inventory.PartFlowLogs) {
		return
	}
	if pass == passRevoke && a.removes() {
		a.in.FlowLogs = without(a.in.FlowLogs, func(l *inventory.FlowLog) bool { return l.ID == a.oldID() })
	}
	if pass != passAllow || !a.makes() {
		return
	}
	resource := ""
	for _, one := range []struct{ key, prefix string }{{"vpc_id", "vpc-"}, {"subnet_id", "subnet-"}, {"eni_id", "eni-"}} {
		if x, pending := a.after.pending(one.key); resource == "" && (!pending || !x.computed) {
			resource = a.after.id(one.key, one.prefix)
		}
	}
	if a.pends("traffic_type") {
		a.unknown("traffic_type", "it is known after apply which traffic the flow log records")
		return
	}
	if resource != "" { // that of a transit gateway records none of these
		a.in.FlowLogs = append(a.in.FlowLogs, inventory.FlowLog{ID: a.id, Resource: resource, Traffic: a.after.known("traffic_type"), Active: true})
	}
}

// recorder is aws_config_configuration_recorder. Terraform starts it by another resource,
// CloudFormation does so with the recorder.
func (a *action) recorder(pass int) {
	if pass != passMake || !a.in.Read.Has(inventory.PartRecorders) {
		return
	}
	name := cmp.Or(a.before.known("name"), a.oldID())
	was := slices.IndexFunc(a.in.Recorders, func(c inventory.Recorder) bool { return c.Name == name && name != "" })
	c := inventory.Recorder{Recording: a.After["started"] == true}
	if was >= 0 {
		if !a.Replaced {
			c = a.in.Recorders[was]
		}
		a.in.Recorders = without(a.in.Recorders, func(c *inventory.Recorder) bool { return c.Name == name })
	}
	if a.deleted() {
		return
	}
	c.Name = cmp.Or(a.after.known("name"), c.Name, "default")
	c.AllTypes, c.Except, c.Groups = true, nil, true
	blocks, known := a.after.blocks("recording_group")
	for _, b := range blocks {
		known = b.recorded(&c) && known
	}
	if !known {
		a.unknown("recording_group", "it is known after apply which types of resources the recorder records")
	}
	a.in.Recorders = append(a.in.Recorders, c)
}

// recorded reads which types a recorder records: the strategy decides, and where there is
// none, all_supported (AWS Config API reference, RecordingGroup). It reports false where
// that is known after apply only.
func (v values) recorded(c *inventory.Recorder) (known bool) {
	const groups = "AWS::EC2::SecurityGroup"
	all, is := v.flag("all_supported")
	types, known := v.texts("resource_types")
	var except []string
	excluding, there := v.blocks("exclusion_by_resource_types")
	for _, b := range excluding {
		texts, all := b.texts("resource_types")
		except, there = append(except, texts...), there && all
	}
	strategy := ""
	chosen, said := v.blocks("recording_strategy")
	for _, b := range chosen {
		strategy = b.known("use_only")
	}
	switch {
	case strategy == "EXCLUSION_BY_RESOURCE_TYPES":
		c.Except, c.Groups = except, !slices.Contains(except, groups)
	case strategy == "INCLUSION_BY_RESOURCE_TYPES", strategy == "" && is && !all:
		c.AllTypes, c.Groups = false, slices.Contains(types, groups)
	}
	return known && there && said
}

// recorderStatus is aws_config_configuration_recorder_status: it starts a recorder, or stops
// it. If it is deleted, the recorder stops (AWS provider).
func (a *action) recorderStatus(pass int) {
	if pass != passMake || !a.in.Read.Has(inventory.PartRecorders) {
		return
	}
	name, recording := a.before.known("name"), false
	if a.staying() {
		is, known := a.after.flag("is_enabled")
		if x, pending := a.after.pending("name"); pending && len(x.of) == 0 || !known {
			a.unknown("", "it is known after apply whether the recorder is started")
			return
		}
		name, recording = a.after.known("name"), is
	}
	for i := range a.in.Recorders {
		if c := &a.in.Recorders[i]; c.Name == name {
			c.Recording = recording
		}
	}
}

// recordingGroup says what a recorder of AWS Config records. CloudFormation starts it.
func recordingGroup(all, p map[string]any) {
	all["started"] = true
	switch g := p["RecordingGroup"].(type) {
	case map[string]any:
		block := map[string]any{"all_supported": g["AllSupported"], "resource_types": g["ResourceTypes"]}
		if x, given := g["ExclusionByResourceTypes"]; given {
			block["exclusion_by_resource_types"] = renamedIn([]any{x}, map[string]string{"ResourceTypes": "resource_types"})
		}
		if x, given := g["RecordingStrategy"]; given {
			block["recording_strategy"] = renamedIn([]any{x}, map[string]string{"UseOnly": "use_only"})
		}
		all["recording_group"] = []any{block}
	case later:
		all["recording_group"] = g
	}
}
