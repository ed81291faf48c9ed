package flows_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/flows"
)

// Hours with rejected traffic alone, or with none, count as recorded where a flow log that
// records accepted traffic wrote the file, and not where one of rejected traffic only may
// have: by the name of the file, by that of its log stream, or by its records.
func TestHoursOfUnknownFlowLogs(t *testing.T) {
	record := func(eni string, hour int, rest string) string {
		return fmt.Sprintf("2 123456789012 %s %s %d %d ", eni, rest, begin+hour*3600, begin+hour*3600+600)
	}
	accepted := func(eni string, hour int) string {
		return record(eni, hour, "10.0.1.7 10.0.0.5 40000 443 6 10 840") + "ACCEPT OK\n"
	}
	rejected := func(eni string, hour int) string {
		return record(eni, hour, "10.0.1.7 10.0.0.5 40000 23 6 1 40") + "REJECT OK\n"
	}
	nodata := func(eni string, hour int) string { return record(eni, hour, "- - - - - - -") + "- NODATA\n" }
	skipped := func(eni string, hour int) string { return record(eni, hour, "- - - - - - -") + "- SKIPDATA\n" }
	const eni = "eni-0a"
	quiet := nodata(eni, 1) + rejected(eni, 2)
	named := func(flowLog, part string) string {
		return "123456789012_vpcflowlogs_eu-west-1_" + flowLog + "_20261001T0000Z_" + part + ".log"
	}
	listed := flows.Options{RejectOnly: map[string]bool{"fl-0a": false, "fl-0b": true}}
	rejecting := listed
	rejecting.Rejecting = func(id string) bool { return id == eni }
	const noFile, noLog, both = "has no record of accepted traffic", "the inventory does not hold the flow log fl-0c", "a flow log of eni-0a records rejected traffic only"
	for what, c := range map[string]struct {
		files            map[string]string
		o                flows.Options
		covered, skipped int
		note             string
	}{
		"a flow log of all traffic":                     {map[string]string{named("fl-0a", "1"): quiet}, listed, 2, 0, ""},
		"a flow log of rejected traffic":                {map[string]string{named("fl-0b", "1"): quiet}, listed, 0, 0, ""},
		"one that the inventory does not hold":          {map[string]string{named("fl-0c", "1"): quiet}, listed, 0, 0, noLog},
		"which accepted traffic was read of":            {map[string]string{named("fl-0c", "1"): quiet, named("fl-0c", "2"): accepted("eni-0b", 5)}, listed, 2, 0, ""},
		"which accepted traffic was read of, rejecting": {map[string]string{named("fl-0c", "1"): quiet, named("fl-0c", "2"): accepted("eni-0b", 5)}, rejecting, 2, 0, ""},
		"a renamed file":                                {map[string]string{"x.log": quiet}, listed, 0, 0, noFile},
		"a renamed file with accepted traffic":          {map[string]string{"x.log": quiet + accepted(eni, 3)}, listed, 3, 0, ""},
		"beside another one with accepted traffic":      {map[string]string{"x.log": quiet, "y.log": accepted(eni, 3)}, listed, 1, 0, noFile},
		"of an interface with both flow logs":           {map[string]string{"x.log": quiet + accepted(eni, 3)}, rejecting, 1, 0, both},
		"of another interface":                          {map[string]string{"x.log": strings.ReplaceAll(quiet, eni, "eni-0c") + accepted("eni-0c", 3) + accepted(eni, 3)}, rejecting, 1, 0, ""},
		"a log stream of all traffic":                   {map[string]string{eni + "-all/000000": quiet, eni + "-all/1.gz": quiet}, listed, 2, 0, ""},
		"a log stream of accepted traffic":              {map[string]string{eni + "-accept/1.gz": quiet}, rejecting, 2, 0, ""},
		"a log stream of rejected traffic":              {map[string]string{eni + "-reject/1.gz": quiet + accepted(eni, 3)}, listed, 0, 0, ""},
		"skipped records":                               {map[string]string{"x.log": skipped(eni, 1)}, listed, 0, 1, ""},
	} {
		folder := t.TempDir()
		for name, text := range c.files {
			write(t, folder, name, v2Header+"\n"+text)
		}
		c.o.Addresses = ownAddress
		for workers := range 3 {
			c.o.Workers = workers + 1
			s := read(t, c.o, folder)
			covered, skipped := s.Interface(eni).Covered(begin, begin+24*3600)
			if covered != c.covered || skipped != c.skipped {
				t.Errorf("%s: %d hours covered and %d skipped, want %d and %d", what, covered, skipped, c.covered, c.skipped)
			}
			if len(s.Notes) > 1 || c.note == "" && len(s.Notes) > 0 || c.note != "" && (len(s.Notes) == 0 || !strings.Contains(s.Notes[0].Text, c.note) || s.Notes[0].Loss) {
				t.Errorf("%s: notes %v, want %q", what, s.Notes, c.note)
			}
		}
	}
}

// A record of more than one aggregation interval covers the first ten minutes, and is
// said; one with skipped records is of all the hours that it names.
func TestLongRecords(t *testing.T) {
	for what, c := range map[string]struct {
		seconds          int
		status           string
		covered, skipped int
		said             bool
	}{
		"an interval":        {600, "NODATA", 1, 0, false},
		"with slow clocks":   {720, "NODATA", 1, 0, false},
		"two hours":          {7200, "NODATA", 1, 0, true},
		"a day":              {86400, "NODATA", 1, 0, true},
		"a day, skipped":     {86400, "SKIPDATA", 0, 24, false},
		"over the hour":      {3600 + 720, "NODATA", 1, 0, true},
		"a day and a second": {86401, "NODATA", 0, 0, true},
	} {
		text := v2Header + "\n" + v2Line + "\n" + fmt.Sprintf("2 123456789012 eni-0b - - - - - - - %d %d - %s\n", begin, begin+c.seconds, c.status)
		s := read(t, flows.Options{Addresses: ownAddress}, write(t, t.TempDir(), "x.log", text))
		var covered, skipped int
		if e := s.Interface("eni-0b"); e != nil {
			covered, skipped = e.Covered(begin, begin+24*3600)
		}
		if covered != c.covered || skipped != c.skipped || (len(s.Notes) > 0) != c.said {
			t.Errorf("%s: %d hours covered and %d skipped, notes %v; want %d and %d, a note: %v", what, covered, skipped, s.Notes, c.covered, c.skipped, c.said)
		}
	}
}

// What is known of the owner of a flow log stays in a summary that is saved: whether
// an interface may be of a VPC of the inventory.
func TestFlowLogsOfOtherAccounts(t *testing.T) {
	for name, here := range map[string]bool{
		"123456789012_vpcflowlogs_eu-west-1_fl-0a_20261001T0000Z_1.log": true,
		"999988887777_vpcflowlogs_eu-west-1_fl-0a_20261001T0000Z_1.log": false,
		"x.log": true,
	} {
		s := read(t, flows.Options{Addresses: ownAddress, Accounts: map[string]bool{"123456789012": true}}, write(t, t.TempDir(), name, v2Header+"\n"+v2Line+"\n"))
		var text bytes.Buffer
		if err := s.Save(&text); err != nil {
			t.Fatal(err)
		}
		loaded, err := flows.Load(text.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		loaded.Add(s)
		if s.Interface("eni-0a").Here != here || loaded.Interface("eni-0a").Here != here {
			t.Errorf("%s: %v, and %v when it was saved, want %v", name, s.Interface("eni-0a").Here, loaded.Interface("eni-0a").Here, here)
		}
	}
}

// ofAnotherDay reports whether a note is about records of another day than the name of their file.
func ofAnotherDay(n flows.Note) bool {
	return strings.Contains(n.Text, "of more than a day before or after the time in the name of the file")
}

// Records of another day than the name of their file are said: files of a window are chosen
// by their names. Those that were delivered within a day are not.
func TestRecordsOfAnotherDay(t *testing.T) {
	for name, said := range map[string]bool{
		"123456789012_vpcflowlogs_eu-west-1_fl-0a_20261001T0000Z_1.log": false,
		"123456789012_vpcflowlogs_eu-west-1_fl-0a_20261002T0000Z_1.log": false,
		"123456789012_vpcflowlogs_eu-west-1_fl-0a_20261003T0000Z_1.log": true,
		"123456789012_vpcflowlogs_eu-west-1_fl-0a_20260929T2359Z_1.log": true,
		"x.log": false,
	} {
		s := read(t, flows.Options{Addresses: ownAddress}, write(t, t.TempDir(), name, v2Header+"\n"+v2Line+"\n"))
		if s.Records != 1 || (len(s.Notes) == 1 && ofAnotherDay(s.Notes[0])) != said || len(s.Notes) > 1 {
			t.Errorf("%s: %d records, notes %v, want one: %v", name, s.Records, s.Notes, said)
		}
	}
}
