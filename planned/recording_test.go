package planned

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const recordedEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
sg-1 web vpc vpc-1
fl-1 vpc-1 ALL
recorder default all-types
`

// TestRecording: flow logs come and go with a plan, and the recorder of AWS Config is started,
// stopped, and records other types.
func TestRecording(t *testing.T) {
	terraform := func(list ...string) func() (*Plan, error) {
		text := plan(resources("aws_flow_log.x", `"vpc_id": {"references": ["aws_vpc.x.id", "aws_vpc.x"]}`), list...)
		return func() (*Plan, error) { return Terraform([]byte(text)) }
	}
	set := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return ChangeSet([]byte(changes(list...))) }
	}
	const log, recorder, status = "aws_flow_log.x", "aws_config_configuration_recorder.x", "aws_config_configuration_recorder_status.x"
	group := func(text string) string {
		return `{"id": "default", "name": "default", "recording_group": [` + text + `]}`
	}
	enabled := func(is string) string { return `{"id": "default", "name": "default", "is_enabled": ` + is + `}` }
	const there, all = "fl-1 of vpc-1 ALL", "default true true"
	excluded := group(`{"all_supported": false, "recording_strategy": [{"use_only": "EXCLUSION_BY_RESOURCE_TYPES"}], "exclusion_by_resource_types": [{"resource_types": ["AWS::EC2::SecurityGroup"]}]}`)
	for name, c := range map[string]struct {
		plan            func() (*Plan, error)
		logs, recorders string
		unknown         string
	}{
		"log deleted":          {terraform(change(log, remove, `{"id": "fl-1", "vpc_id": "vpc-1", "traffic_type": "ALL"}`, "", "")), "", all, ""},
		"log created":          {terraform(change(log, create, "", `{"subnet_id": "subnet-1", "traffic_type": "REJECT"}`, `{"id": true}`)), there + ", aws_flow_log.x of subnet-1 REJECT", all, ""},
		"log of a new VPC":     {terraform(change("aws_vpc.x", create, "", `{"cidr_block": "10.1.0.0/16"}`, `{"id": true}`), change(log, create, "", `{"traffic_type": "ALL"}`, `{"id": true, "vpc_id": true}`)), there + ", aws_flow_log.x of aws_vpc.x ALL", all, ""},
		"log replaced":         {terraform(change(log, replace, `{"id": "fl-1", "vpc_id": "vpc-1", "traffic_type": "ALL"}`, `{"vpc_id": "vpc-1", "traffic_type": "ACCEPT"}`, `{"id": true}`)), "aws_flow_log.x of vpc-1 ACCEPT", all, ""},
		"log of a change set":  {set(added("F", "AWS::EC2::FlowLog", `{"ResourceType": "VPC", "ResourceId": "vpc-2", "TrafficType": "ALL"}`)), there + ", F of vpc-2 ALL", all, ""},
		"log, type not known":  {set(added("F", "AWS::EC2::FlowLog", `{"ResourceType": "VPC", "ResourceId": "vpc-2", "TrafficType": "{{changeSet:KNOWN_AFTER_APPLY}}"}`)), there, all, "traffic_type"},
		"log deleted, set":     {set(`{"Action": "Remove", "LogicalResourceId": "F", "PhysicalResourceId": "fl-1", "ResourceType": "AWS::EC2::FlowLog", "BeforeContext": "{\"Properties\":{}}"}`), "", all, ""},
		"recorder deleted":     {terraform(change(recorder, remove, group(`{"all_supported": true}`), "", "")), there, "", ""},
		"recorder stopped":     {terraform(change(status, update, enabled("true"), enabled("false"), "")), there, "default false true", ""},
		"status deleted":       {terraform(change(status, remove, enabled("true"), "", "")), there, "default false true", ""},
		"status not known":     {terraform(change(status, update, enabled("true"), `{"id": "default", "name": "default"}`, `{"is_enabled": true}`)), there, all, "started"},
		"some types":           {terraform(change(recorder, update, group(""), group(`{"all_supported": false, "resource_types": ["AWS::EC2::Instance"]}`), "")), there, "default true false", ""},
		"groups":               {terraform(change(recorder, update, group(""), group(`{"all_supported": false, "resource_types": ["AWS::EC2::SecurityGroup"]}`), "")), there, all, ""},
		"all but groups":       {terraform(change(recorder, update, group(""), excluded, "")), there, "default true false", ""},
		"types not known":      {set(`{"Action": "Modify", "LogicalResourceId": "R", "PhysicalResourceId": "default", "ResourceType": "AWS::Config::ConfigurationRecorder", "BeforeContext": "{\"Properties\":{}}", "AfterContext": "{\"Properties\":{\"RecordingGroup\":\"{{changeSet:KNOWN_AFTER_APPLY}}\"}}"}`), there, all, "recording_group"},
		"another one":          {terraform(change(recorder, create, "", `{"name": "b", "recording_group": []}`, `{"id": true}`)), there, all + ", b false true", ""},
		"another, started":     {terraform(change(recorder, create, "", `{"name": "b", "recording_group": []}`, `{"id": true}`), change(status, create, "", `{"name": "b", "is_enabled": true}`, `{"id": true}`)), there, all + ", b true true", ""},
		"another, of a set":    {set(added("R", "AWS::Config::ConfigurationRecorder", `{"Name": "b", "RecordingGroup": {"AllSupported": "false", "ResourceTypes": ["AWS::S3::Bucket"]}}`)), there, all + ", b true false", ""},
		"all but groups, set":  {set(added("R", "AWS::Config::ConfigurationRecorder", `{"Name": "b", "RecordingGroup": {"RecordingStrategy": {"UseOnly": "EXCLUSION_BY_RESOURCE_TYPES"}, "ExclusionByResourceTypes": {"ResourceTypes": ["AWS::EC2::SecurityGroup"]}}}`)), there, all + ", b true false", ""},
		"everything, in a set": {set(added("R", "AWS::Config::ConfigurationRecorder", `{"Name": "b"}`)), there, all + ", b true true", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, recordedEstate, p, err)
			var logs, recorders []string
			for _, l := range r.FlowLogs {
				logs = append(logs, l.ID+" of "+l.Resource+" "+l.Traffic)
			}
			for _, x := range r.Recorders {
				recorders = append(recorders, fmt.Sprint(x.Name, " ", x.Recording, " ", x.Groups))
			}
			for what, got := range map[string][]string{c.logs: logs, c.recorders: recorders} {
				want := slices.DeleteFunc(strings.Split(what, ", "), func(text string) bool { return text == "" })
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%q, want %q", got, want)
				}
			}
			if len(outcome.Unknown) > 0 != (c.unknown != "") || c.unknown != "" && !strings.Contains(outcome.Unknown[0].String(), c.unknown) {
				t.Errorf("unknown %+v, want %q", outcome.Unknown, c.unknown)
			}
		})
	}
}
