package awsclient

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/fixtures"
	"github.com/sgaudit/sgaudit/inventory"
)

// save writes every answer that files may hold, as the AWS CLI prints them: a
// file for each page, or all pages behind each other in one.
func save(t *testing.T, c *Client, inv *inventory.Inventory, folder string, together bool) {
	t.Helper()
	write := func(place, name string, number int, out any) {
		text, err := json.MarshalIndent(out, "", "    ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(place, 0o755); err != nil {
			t.Fatal(err)
		}
		if !together {
			name = fmt.Sprintf("%s-page%d", name, number)
		}
		f, err := os.OpenFile(filepath.Join(place, name+".json"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Write(append(text, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range inv.Regions {
		client := reflect.ValueOf(c.ec2Client(r.Name, 1))
		place := filepath.Join(folder, r.AccountID, r.Name)
		pages := func(operation, name string, set map[string]any) {
			method := client.MethodByName(operation)
			in := reflect.New(method.Type().In(1).Elem())
			for field, value := range set {
				in.Elem().FieldByName(field).Set(reflect.ValueOf(value))
			}
			if max := in.Elem().FieldByName("MaxResults"); max.IsValid() {
				max.Set(reflect.ValueOf(aws.Int32(50))) // the most of the smallest page
			}
			for number := 1; ; number++ {
				results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
				if err, _ := results[1].Interface().(error); err != nil {
					t.Fatalf("%s: %v", operation, err)
				}
				out := results[0].Elem()
				write(place, name, number, results[0].Interface())
				next := out.FieldByName("NextToken")
				if !next.IsValid() || next.IsNil() {
					return
				}
				in.Elem().FieldByName("NextToken").Set(next)
			}
		}
		for key, kind := range savedKinds {
			set := map[string]any{}
			switch key {
			case "NetworkInterfaces":
				set["IncludeManagedResources"] = aws.Bool(true)
			case "LaunchTemplateVersions":
				set["IncludeManagedResources"], set["Versions"] = aws.Bool(true), []string{"$Latest", "$Default"}
			case "StaleSecurityGroupSet":
				for i := range r.VPCs {
					pages(kind.operation, "stale-"+r.VPCs[i].ID, map[string]any{"VpcId": aws.String(r.VPCs[i].ID)})
				}
				if len(r.VPCs) == 0 {
					write(place, "stale", 1, map[string]any{"StaleSecurityGroupSet": []any{}})
				}
				continue
			}
			pages(kind.operation, kind.operation, set)
		}
		for i := range r.PrefixLists {
			pages(savedEntries.operation, r.PrefixLists[i].ID, map[string]any{"PrefixListId": aws.String(r.PrefixLists[i].ID)})
		}
	}
}

// TestSaved reads saved answers of the demo account and of random estates, and
// gets what the live run got.
func TestSaved(t *testing.T) {
	estates := []*inventory.Inventory{fixtures.MustParse(fixtures.Demo()).Inventory}
	for seed := range uint64(12) {
		estates = append(estates, fixtures.Random(rand.New(rand.NewPCG(seed, 9)), fixtures.Size{Regions: 2, Groups: 8, Interfaces: 12}))
	}
	for i, estate := range estates {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			server, err := fixtures.Serve(estate, fixtures.ServeOptions{PageSize: []int{0, 3}[i%2]})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			connect := func() *Client {
				c, err := Connect(context.Background(), Options{EndpointURL: server.URL, StaticCredentials: true, Depth: inventory.DepthNetwork})
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			live, err := connect().Collect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			save(t, connect(), live, folder, i%3 == 0)
			saved, err := Saved(folder)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(live.Regions, saved.Regions, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); diff != "" {
				t.Error(diff)
			}
			if saved.Caller.AccountID != live.Caller.AccountID || saved.Depth != live.Depth {
				t.Errorf("caller %+v at depth %s", saved.Caller, saved.Depth)
			}
		})
	}
}

const (
	oneGroup = `{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "OwnerId": "123456789012",
  "SecurityGroupArn": "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1",
  "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]}`
	bareGroup    = `{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "OwnerId": "123456789012"}]}`
	oneInterface = `{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "Groups": [{"GroupId": "sg-1"}], "AvailabilityZone": "eu-west-1a"}]}`
)

// folder writes files, by name, into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		place := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestSavedPlaces tells accounts and regions from folders and from what the
// answers say.
func TestSavedPlaces(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string // account region status, and so on
	}{
		"flat":            {map[string]string{"groups.json": oneGroup, "x.json": oneInterface, "notes.txt": "{"}, "123456789012 eu-west-1 complete"},
		"by folder":       {map[string]string{"210987654321/us-east-1/g.json": bareGroup, "210987654321/us-east-1/i.json": `{"NetworkInterfaces": []}`}, "210987654321 us-east-1 complete"},
		"region alone":    {map[string]string{"us-east-1/g.json": bareGroup, "us-west-2/g.json": strings.ReplaceAll(bareGroup, "sg-1", "sg-2")}, "123456789012 us-east-1 partial; 123456789012 us-west-2 partial"},
		"two in one file": {map[string]string{"all.json": oneGroup + "\n" + oneInterface}, "123456789012 eu-west-1 complete"},
		"no interfaces":   {map[string]string{"g.json": oneGroup}, "123456789012 eu-west-1 partial"},
		"cut off list":    {map[string]string{"g.json": strings.Replace(oneGroup, "{", `{"NextToken": "more", `, 1), "i.json": oneInterface}, "123456789012 eu-west-1 partial"},
		"two pages":       {map[string]string{"g1.json": strings.Replace(oneGroup, "{", `{"NextToken": "more", `, 1), "g2.json": strings.ReplaceAll(oneGroup, "sg-1", "sg-2"), "i.json": oneInterface}, "123456789012 eu-west-1 complete"},
	} {
		t.Run(name, func(t *testing.T) {
			inv, err := Saved(folder(t, tc.files))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range inv.Regions {
				got = append(got, r.AccountID+" "+r.Name+" "+r.Status())
				if r.Status() != "complete" && len(r.Gaps) == 0 {
					t.Errorf("%s has no gap", r.Name)
				}
			}
			if strings.Join(got, "; ") != tc.want {
				t.Errorf("got %s, want %s", strings.Join(got, "; "), tc.want)
			}
		})
	}
}

// TestSavedFaults are the mistakes of files, told with their places.
func TestSavedFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing":         {map[string]string{"notes.txt": ""}, "holds no answer of the AWS CLI"},
		"no region":       {map[string]string{"g.json": bareGroup}, "nothing tells of which region it is: put the answers of each region into a folder ACCOUNT/REGION"},
		"no account":      {map[string]string{"us-east-1/i.json": `{"Vpcs": []}`}, "no answer tells of which account it is"},
		"two accounts":    {map[string]string{"us-east-1/a.json": bareGroup, "us-east-1/b.json": strings.ReplaceAll(bareGroup, "123456789012", "210987654321")}, "the answers are of the accounts"},
		"another region":  {map[string]string{"us-east-1/g.json": oneGroup}, "lies in a folder of us-east-1, but is of eu-west-1"},
		"cut off":         {map[string]string{"g.json": oneGroup[:60]}, "g.json: line 1, column 61: the file ends too early"},
		"damaged":         {map[string]string{"g.json": strings.Replace(oneGroup, `"VpcId":`, `"VpcId"`, 1)}, "g.json: line 1, column"},
		"another type":    {map[string]string{"g.json": strings.Replace(oneGroup, "22", `"x"`, 1)}, "in the list that begins in line 1: SecurityGroups.IpPermissions.FromPort is a string"},
		"something else":  {map[string]string{"g.json": `{"Buckets": []}`}, "is no answer that is known"},
		"a list":          {map[string]string{"g.json": `[]`}, "the document is a array, which it cannot be"},
		"entries of none": {map[string]string{"g.json": oneGroup, "e.json": `{"Entries": []}`}, "entries of a prefix list do not say which"},
		"config, broken":  {map[string]string{"c.json": `{"configurationItems": [{"resourceType": "AWS::EC2::VPC", "resourceId": "vpc-1", "awsRegion": "x", "configuration": {}}]}`}, "configuration item 0 (AWS::EC2::VPC vpc-1): the account"},
	} {
		t.Run(name, func(t *testing.T) {
			inv, err := Saved(folder(t, tc.files))
			if err == nil || inv != nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	if _, err := Saved(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there was read")
	}
}

// TestSavedConfig reads what AWS Config delivers, in both of its forms.
func TestSavedConfig(t *testing.T) {
	item := func(kind, id, more, configuration string) string {
		return fmt.Sprintf(`{"resourceType": "AWS::EC2::%s", "resourceId": "%s", "awsAccountId": "123456789012", "awsRegion": "eu-west-1"%s, "configuration": %s}`, kind, id, more, configuration)
	}
	group := `{"groupId": "sg-1", "groupName": "web", "vpcId": "vpc-1", "ownerId": "123456789012", "description": "d", "tags": [{"key": "Team", "value": "web"}],
	  "ipPermissions": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": ["0.0.0.0/0"], "ipv4Ranges": [{"cidrIp": "0.0.0.0/0", "description": "why"}], "ipv6Ranges": [], "prefixListIds": [], "userIdGroupPairs": []}],
	  "ipPermissionsEgress": [{"ipProtocol": "-1", "ipRanges": ["10.0.0.0/8"], "userIdGroupPairs": [{"groupId": "sg-2", "userId": "123456789012"}]}]}`
	text := `{"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": [` + strings.Join([]string{
		item("SecurityGroup", "sg-1", `, "configurationItemCaptureTime": "2030-01-02T00:00:00Z"`, group),
		item("SecurityGroup", "sg-1", `, "configurationItemCaptureTime": "2030-01-01T00:00:00Z"`, `{"groupId": "sg-1", "groupName": "older"}`),
		item("SecurityGroup", "sg-9", `, "configurationItemStatus": "ResourceDeleted"`, `{"groupId": "sg-9"}`),
		item("NetworkInterface", "eni-1", "", fmt.Sprintf("%q", `{"networkInterfaceId": "eni-1", "vpcId": "vpc-1", "ownerId": "123456789012", "status": "in-use", "sourceDestCheck": true, "groups": [{"groupId": "sg-1"}], "privateIpAddresses": [{"privateIpAddress": "10.0.0.1", "association": {"publicIp": "198.51.100.1"}}]}`)),
		item("VPC", "vpc-1", "", `{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/16", "ownerId": "123456789012", "isDefault": false}`),
		item("Instance", "i-1", "", `{"instanceId": "i-1"}`),
	}, ",") + "]}"
	inv, err := Saved(folder(t, map[string]string{"snapshot.json": text}))
	if err != nil {
		t.Fatal(err)
	}
	r := inv.Regions[0]
	everyone, ten := netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("10.0.0.0/8")
	want := &inventory.Region{
		AccountID: "123456789012", Partition: "aws", Name: "eu-west-1",
		Read: inventory.PartGroups | inventory.PartInterfaces | inventory.PartVPCs, Asked: inventory.PartGroups | inventory.PartInterfaces | inventory.PartVPCs,
		Groups: []inventory.Group{{
			ID: "sg-1", Name: "web", VPC: "vpc-1", Owner: "123456789012", Description: "d", Tags: []inventory.Tag{{Key: "Team", Value: "web"}},
			Rules: []inventory.Rule{
				{Traffic: inventory.Ports(inventory.TCP, 22, 22), Peer: inventory.PrefixPeer(everyone), Description: "why"},
				{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.PrefixPeer(ten)},
				{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-2", Account: "123456789012"}}},
			},
		}},
		Interfaces: []inventory.Interface{{
			ID: "eni-1", VPC: "vpc-1", Account: "123456789012", Status: "in-use", Groups: []string{"sg-1"},
			Addresses: []inventory.Address{{Private: netip.MustParseAddr("10.0.0.1"), Public: netip.MustParseAddr("198.51.100.1")}},
		}},
		VPCs: []inventory.VPC{{ID: "vpc-1", Owner: "123456789012", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")}}},
	}
	if diff := cmp.Diff(want, r, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzSaved(f *testing.F) {
	f.Add([]byte(oneGroup))
	f.Add([]byte(oneInterface + bareGroup))
	f.Add([]byte(`{"configurationItems": [{"resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1", "awsAccountId": "123456789012", "awsRegion": "eu-west-1", "configuration": "{\"ipPermissions\": [{\"ipRanges\": [\"10.0.0.0/8\"]}]}"}]}`))
	f.Add([]byte(`{"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}, "NextToken": "x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		IsSaved(text)
		file, items, err := parseSaved("x.json", text)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		p := newSavedPlace("123456789012", "eu-west-1", "aws")
		for _, a := range file.answers {
			if a.key != entriesKey {
				p.add(a.key, a.value, a.more)
			}
		}
		for _, item := range items {
			item.put(p)
		}
		p.settle()
		region := p.collect(context.Background())
		(&inventory.Inventory{Regions: []*inventory.Region{region}}).Normalize()
	})
}
