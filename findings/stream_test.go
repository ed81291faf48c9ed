package findings_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unsafe"

	"github.com/sgaudit/sgaudit/findings"
)

// varied is a report in which findings share much, and little.
func varied(t *testing.T) []byte {
	t.Helper()
	r := of("1", "eu-west-1", "complete", findings.Critical, findings.High, findings.Medium, findings.Low)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r.Comparison = &findings.Comparison{Baseline: at, Fixed: []findings.Ref{{ID: "x"}}, Unknown: []findings.Ref{}}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.GroupID, f.GroupARN, f.ResourceID = "sg-1", "arn:1", "sg-1"
		f.Tags = map[string]string{"Team": "web\x00=", "a": "b"}
		f.AttachedTo = map[string]int{"instance": 2}
		f.Interfaces = []findings.Interface{{ID: "eni-1"}, {ID: "eni-2"}}
		f.References, f.Services = []string{"a\x00b", "c"}, []string{"SSH"}
		f.Exposure.Evidence = []string{"one", "two ü 東京"}
		f.FirstSeen = &at
	}
	r.Findings[1].References = []string{"a", "b\x00c"} // as long, and the same when joined
	r.Findings[1].Tags = map[string]string{"a": "b", "Team": "web"}
	r.Findings[2].Interfaces, r.Findings[2].Services = []findings.Interface{{ID: "eni-1"}}, []string{}
	r.Findings[3].GroupARN, r.Findings[3].Tags, r.Findings[3].Services, r.Findings[3].AttachedTo = "arn:2", nil, nil, map[string]int{}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestReadStream reads what Read reads, piece by piece.
func TestReadStream(t *testing.T) {
	text := varied(t)
	want, err := findings.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := findings.ReadStream(iotest.OneByteReader(bytes.NewReader(text)), 0)
	if err != nil {
		t.Fatal(err)
	}
	got.Unpack()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if &got.Findings[0].Exposure.Evidence[0] == &got.Findings[1].Exposure.Evidence[0] {
		t.Error("evidence is shared, and a finding may have its own")
	}
	for name, wrong := range map[string]string{
		"no report":                  `{"schema_version":"1"}`,
		"later schema":               `{"schema_version":"2","findings":[]}`,
		"unknown field":              `{"schema_version":"1","findings":[],"new":1}`,
		"unknown field of a finding": `{"schema_version":"1","findings":[{"new":1}]}`,
		"findings twice":             `{"schema_version":"1","findings":[{}],"findings":[]}`,
		"findings in capitals":       `{"schema_version":"1","findings":[{}],"Findings":[]}`,
		"text behind":                string(text) + "x",
		"another report behind":      string(text) + string(text),
		"null":                       "null", "a list": "[]", "nothing": "", "findings null": `{"schema_version":"1","findings":null}`,
	} {
		if _, err := findings.ReadStream(strings.NewReader(wrong), 0); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

// TestReadStreamOfDamage: a text that ReadStream takes, Read takes for the same.
func TestReadStreamOfDamage(t *testing.T) {
	text := varied(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 3000 {
		damaged := bytes.Clone(text)
		for range 1 + rnd.IntN(2) {
			at := rnd.IntN(len(damaged))
			switch rnd.IntN(3) {
			case 0:
				damaged[at] = text[rnd.IntN(len(text))]
			case 1:
				damaged = append(damaged[:at], damaged[at+1:]...)
			default:
				damaged = damaged[:at+1]
			}
		}
		got, err := findings.ReadStream(bytes.NewReader(damaged), 0)
		if err != nil {
			continue
		}
		read++
		got.Unpack()
		want, err := findings.Read(bytes.NewReader(damaged))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\nis read as %+v, and as a whole as %+v, %v", damaged, got, want, err)
		}
	}
	if read < 100 {
		t.Errorf("%d of the damaged texts were read", read)
	}
}

// TestReadStreamShares: what findings have in common is in memory once.
func TestReadStreamShares(t *testing.T) {
	r := of("1", "eu-west-1", "complete", findings.Critical)
	one := r.Findings[0]
	one.References = strings.Fields(strings.Repeat("NIST-800-53 CIS-5.2 ", 10))
	r.Findings = nil
	for range 2000 {
		r.Findings = append(r.Findings, one)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := findings.ReadStream(bytes.NewReader(text), 0)
	if err != nil || len(got.Findings) != 2000 {
		t.Fatal(err)
	}
	first, last := &got.Findings[0], &got.Findings[1999]
	if &first.References[0] != &last.References[0] {
		t.Error("findings do not share what they have in common")
	}
}

// TestReadStreamPacks: texts that each finding has for itself are read as they are,
// through many pieces, and an id takes no memory beside the ARN that holds it.
func TestReadStreamPacks(t *testing.T) {
	r := of("1", "eu-west-1", "complete", findings.Critical)
	one := r.Findings[0]
	r.Findings = nil
	for i := range 1500 {
		f, n := one, strconv.Itoa(i)
		f.ID, f.GroupID, f.GroupName, f.ResourceID, f.ResourceName = "id"+n, "sg-"+n, "name-"+n, "sg-"+n, "name-"+n
		f.GroupARN = "arn:aws:ec2:eu-west-1:1:security-group/sg-" + n
		f.Exposure.Evidence = []string{"eni-" + n + " has an address", "common to all"}
		f.Interfaces = []findings.Interface{{ID: "eni-" + n, Owner: "instance i-" + n, PrivateIP: "10.0.0." + n}}
		f.Fix.Commands, f.Fix.Notes = []string{"aws ec2 " + n}, []string{"note " + n}
		f.Fix.Terraform = "# aws ec2 " + n + strings.Repeat("x", i%50/49*20000)
		r.Findings = append(r.Findings, f)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	want, err := findings.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{0, int64(len(text)), 1, math.MaxInt64} {
		got, err := findings.ReadStream(bytes.NewReader(text), size)
		if err != nil {
			t.Fatal(err)
		}
		got.Unpack()
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("with the size %d another report was read", size)
		}
		for i := range got.Findings {
			f := &got.Findings[i]
			arn, id := uintptr(unsafe.Pointer(unsafe.StringData(f.GroupARN))), uintptr(unsafe.Pointer(unsafe.StringData(f.GroupID)))
			if id < arn || id > arn+uintptr(len(f.GroupARN)) {
				t.Fatalf("the id of finding %d is in memory for itself", i)
			}
		}
	}
}

// TestDetailed: the details of a finding are there in any order, and only once they
// are asked for. A finding that holds them itself is returned as it is.
func TestDetailed(t *testing.T) {
	r := of("1", "eu-west-1", "complete", findings.Critical)
	one := r.Findings[0]
	r.Findings = nil
	for i := range 500 {
		f := one
		f.ID, f.Interfaces = "id"+strconv.Itoa(i), make([]findings.Interface, i%11)
		for k := range f.Interfaces {
			f.Interfaces[k] = findings.Interface{ID: "eni-" + strconv.Itoa(i), Name: strconv.Itoa(k), Owner: strings.Repeat("ü", i), PrivateIP: "10.0.0.1", PublicIP: "1.1.1.1", IPv6: strings.Repeat("2600::1", k)}
		}
		f.Exposure.Evidence = []string{"", strconv.Itoa(i)}
		r.Findings = append(r.Findings, f)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := findings.ReadStream(bytes.NewReader(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	want, err := findings.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range rand.New(rand.NewPCG(3, 4)).Perm(len(got.Findings)) {
		f := &got.Findings[i]
		if f.Interfaces != nil || f.Exposure.Evidence != nil {
			t.Fatal("the details are in memory as they are")
		}
		if !reflect.DeepEqual(f.Detailed(), &want.Findings[i]) {
			t.Fatalf("finding %d is %+v\nwant %+v", i, f.Detailed(), &want.Findings[i])
		}
	}
	if f := &want.Findings[0]; f.Detailed() != f {
		t.Error("a finding that holds its details was copied")
	}
}
