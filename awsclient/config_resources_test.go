package awsclient

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// What AWS Config relates to groups is read in pages of any size, with the types that
// are known by their words, and the recorder with what it records.
func TestConfigResources(t *testing.T) {
	want := notation.MustParse(`sg-1 a
sg-2 b
recorder default all-types except AWS::EC2::NetworkInterface since 2026-01-05
config-resource AWS::CodeBuild::Project nightly sg-1 id arn:aws:codebuild:us-east-1:111122223333:project/nightly recorded 2026-11-20T08:00:00Z
config-resource AWS::MWAA::Environment air sg-1 sg-2
config-resource AWS::RDS::DBInstance orders sg-2 id db-ABC
`).Inventory.Regions[0]
	for _, size := range []int{1, 2, 0} {
		s := serve(t, &inventory.Inventory{Caller: inventory.Caller{AccountID: want.AccountID}, Regions: []*inventory.Region{want}}, endpoint.Options{PageSize: size})
		got := collect(t, s, Options{Depth: inventory.DepthServices}).Regions[0]
		if diff := cmp.Diff(want.ConfigResources, got.ConfigResources); diff != "" {
			t.Errorf("pages of %d: resources (-want +got):\n%s", size, diff)
		}
		if diff := cmp.Diff(want.Recorders, got.Recorders); diff != "" {
			t.Errorf("pages of %d: recorders (-want +got):\n%s", size, diff)
		}
		if !got.Read.Has(inventory.PartConfigResources | inventory.PartRecorders) {
			t.Errorf("pages of %d: read %s; gaps %v", size, got.Read, got.Gaps)
		}
	}
}

// The query fits into an expression, and names types as AWS Config does.
func TestConfigQuery(t *testing.T) {
	if len(relatedToGroups) > 4096 {
		t.Errorf("the query has %d characters", len(relatedToGroups))
	}
	known := map[string]bool{}
	for _, t := range configtypes.ResourceType("").Values() {
		known[string(t)] = true
	}
	for _, name := range inventory.NotUsers {
		if !known[name] && name != "AWS::CloudFormation::StackSet" || !strings.Contains(relatedToGroups, "'"+name+"'") {
			t.Errorf("AWS Config does not know the type %s, or the query does not name it", name)
		}
	}
}

// row is one result of the query, with members replaced; nil leaves one out.
func row(change map[string]any) string {
	item := map[string]any{
		"accountId": "123456789012", "awsRegion": "eu-west-1", "resourceType": "AWS::ECS::Service", "resourceId": "arn:x", "resourceName": "checkout",
		"configurationItemCaptureTime": "2026-11-20T08:00:00.123Z", "configurationItemStatus": "OK",
		"relationships": []map[string]string{{"resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1"}},
	}
	for key, value := range change {
		if item[key] = value; value == nil {
			delete(item, key)
		}
	}
	text, err := json.Marshal(item)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Of odd results, each is understood, passed over or a gap, and no other result goes
// with it.
func TestOddConfigResults(t *testing.T) {
	to := func(id string) []map[string]string {
		return []map[string]string{{"resourceType": "AWS::EC2::Subnet", "resourceId": "subnet-1"}, {"resourceType": "AWS::EC2::SecurityGroup", "resourceId": id}}
	}
	for name, c := range map[string]struct {
		result string
		kept   bool
		gap    string // a part of its message; empty: none
	}{
		"as it is":                  {row(nil), true, ""},
		"without account or region": {row(map[string]any{"accountId": nil, "awsRegion": nil}), true, ""},
		"without a name":            {row(map[string]any{"resourceName": nil}), true, ""},
		"an unknown type":           {row(map[string]any{"resourceType": "Firm::Net::Thing"}), true, ""},
		"deleted":                   {row(map[string]any{"configurationItemStatus": "ResourceDeletedNotRecorded"}), false, ""},
		"not recorded":              {row(map[string]any{"configurationItemStatus": "ResourceNotRecorded"}), false, ""},
		"an interface":              {row(map[string]any{"resourceType": "AWS::EC2::NetworkInterface"}), false, ""},
		"a stack":                   {row(map[string]any{"resourceType": "AWS::CloudFormation::Stack"}), false, ""},
		"no JSON":                   {"{", false, `"{" is not a JSON object`},
		"a list":                    {"[]", false, `"[]" is not a JSON object`},
		"null":                      {"null", false, "is not a resource type"},
		"empty":                     {"", false, "is not a JSON object"},
		"a number for a type":       {row(map[string]any{"resourceType": 5}), false, "is not a JSON object"},
		"a hostile type":            {row(map[string]any{"resourceType": "AWS::X\x1b[2J"}), false, "is not a resource type"},
		"without a type":            {row(map[string]any{"resourceType": nil}), false, `"" is not a resource type`},
		"without an id":             {row(map[string]any{"resourceId": nil}), false, "has no id"},
		"without a time":            {row(map[string]any{"configurationItemCaptureTime": nil}), false, "which is not a time"},
		"a wrong time":              {row(map[string]any{"configurationItemCaptureTime": "yesterday"}), false, `at "yesterday", which is not a time`},
		"without relations":         {row(map[string]any{"relationships": []any{}}), false, "is related to no security group"},
		"a hostile group":           {row(map[string]any{"relationships": to("sg-1; rm")}), false, `"sg-1; rm", which is not an id`},
		"of a longer account":       {row(map[string]any{"accountId": "1234567890123"}), false, "is of account 1234567890123"},
	} {
		folder := t.TempDir()
		place := filepath.Join(folder, "123456789012", "eu-west-1")
		if err := os.MkdirAll(place, 0o755); err != nil {
			t.Fatal(err)
		}
		other := row(map[string]any{"resourceName": "other", "relationships": to("sg-2")})
		answer, err := json.Marshal(map[string]any{"Results": []string{c.result, other}, "QueryInfo": map[string]any{"SelectFields": []map[string]string{{"Name": "resourceId"}, {"Name": "relationships"}}}})
		if err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{"groups": bareGroup, "interfaces": oneInterface, "config": string(answer)} {
			if err := os.WriteFile(filepath.Join(place, file+".json"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Saved(folder, SavedOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r := s.Inventory.Regions[0]
		found := map[string]bool{}
		for i := range r.ConfigResources {
			found[r.ConfigResources[i].Words()] = true
		}
		if n := len(found); n != map[bool]int{true: 2, false: 1}[c.kept] || !found["ECS service other (arn:x)"] {
			t.Errorf("%s: %v", name, found)
		}
		gaps := fmt.Sprint(r.Gaps)
		if r.Read.Has(inventory.PartConfigResources) != (c.gap == "") || !strings.Contains(gaps, c.gap) || strings.Contains(gaps, "\x1b") {
			t.Errorf("%s: read %v, gaps %s", name, r.Read.Has(inventory.PartConfigResources), gaps)
		}
	}
}

// The answer of an aggregator has results of several places: each goes to its own.
func TestSavedAggregate(t *testing.T) {
	answer, err := json.Marshal(map[string]any{"Results": []string{
		row(nil), row(map[string]any{"accountId": "210987654321", "resourceName": "bank"}), row(map[string]any{"awsRegion": "eu-north-1", "resourceName": "north"}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := SavedText("all.json", answer, time.Time{}, SavedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range s.Inventory.Regions {
		for i := range r.ConfigResources {
			got = append(got, r.AccountID+" "+r.Name+" "+r.ConfigResources[i].Name)
		}
	}
	if diff := cmp.Diff([]string{"123456789012 eu-north-1 north", "123456789012 eu-west-1 checkout", "210987654321 eu-west-1 bank"}, got); diff != "" {
		t.Error(diff)
	}
}
