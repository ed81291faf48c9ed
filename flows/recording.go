package flows

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/sgaudit/sgaudit/words"
)

// recording is what is known of the traffic that the flow log of a file records.
type recording uint8

const (
	recordingUnknown  recording = iota // nothing says of which flow log the file is, or the inventory does not hold it
	recordingAccepted                  // accepted traffic, or all
	recordingRejected                  // rejected traffic only
)

// streamName is the name of a log stream of CloudWatch Logs, which is that of the folder
// of its exported files (Amazon VPC user guide, publish flow logs to CloudWatch Logs).
var streamName = words.Form(`^eni-[0-9a-f]{1,60}-(all|accept|reject)$`)

// recordingOf says what the flow log of a file records: as the inventory has the flow log
// that the name of the file names, or as the name of its log stream says.
func (o *Options) recordingOf(s *source) recording {
	if only, listed := o.RejectOnly[s.origin.FlowLog]; listed && s.origin.FlowLog != "" {
		if only {
			return recordingRejected
		}
		return recordingAccepted
	}
	if stream := streamName().FindStringSubmatch(filepath.Base(filepath.Dir(s.path))); stream != nil {
		if stream[1] == "reject" {
			return recordingRejected
		}
		return recordingAccepted
	}
	return recordingUnknown
}

// doubt holds the hours of records that a flow log of rejected traffic only writes too
// (rejected traffic, NODATA), of one file or of all files that name one flow log. They count
// as recorded once a record of accepted traffic shows that the flow log records it.
type doubt struct {
	flowLog  string // empty: of one file
	file     string // the first one
	accepted bool
	days     map[string]*Interface // by id
	latest   *Interface            // of days
}

// maybe notes the hours of a record of an interface.
func (x *doubt) maybe(e *Interface, r *record) {
	if x.latest == nil || x.latest.ID != e.ID {
		x.latest = x.of(e.ID)
	}
	x.latest.cover(r)
}

func (x *doubt) of(id string) *Interface {
	if x.days == nil {
		x.days = map[string]*Interface{}
	}
	if x.days[id] == nil {
		x.days[id] = &Interface{ID: id}
	}
	return x.days[id]
}

// add adds what another worker read of the same flow log.
func (x *doubt) add(o *doubt) {
	x.file = min(x.file, o.file)
	x.accepted = x.accepted || o.accepted
	for id, e := range o.days {
		mine := x.of(id)
		for _, d := range e.Days {
			mine.addDay(d)
		}
	}
}

// settle counts the hours, or says why they do not count. Of a file that names no flow
// log, those of an interface with a flow log of rejected traffic only do not count: the
// file may have been joined of files of both.
func (x *doubt) settle(s *Summary, rejecting func(id string) bool) {
	if len(x.days) == 0 {
		return
	}
	if !x.accepted {
		text := "the name of the file does not say of which flow log it is, and it has no record of accepted traffic"
		if x.flowLog != "" {
			text = "the inventory does not hold the flow log " + x.flowLog + ", and no record of accepted traffic of it was read"
		}
		s.Notes = append(s.Notes, Note{File: x.file, Text: text + ": it may record rejected traffic only, so its hours do not count as recorded"})
		return
	}
	var out []string
	for id, e := range x.days {
		if x.flowLog == "" && rejecting != nil && rejecting(id) {
			out = append(out, id)
			continue
		}
		mine := &s.Interfaces[s.interfaceOf([]byte(id))]
		for _, d := range e.Days {
			mine.addDay(d)
		}
	}
	if slices.Sort(out); len(out) > 0 {
		s.Notes = append(s.Notes, Note{File: x.file, Text: fmt.Sprintf("the name of the file does not say of which flow log it is, and a flow log of %s records rejected traffic only: of such interfaces only the hours of accepted traffic count as recorded. Read the files under the names that AWS gave them", words.List(out, 3))})
	}
}

// begin prepares for the records of a file.
func (d *reducer) begin(s *source, is recording) {
	d.recording, d.doubt = is, nil
	d.elsewhere = s.origin.Account != "" && d.accounts != nil && !d.accounts[s.origin.Account]
	id := s.origin.FlowLog
	switch {
	case is != recordingUnknown:
	case id == "":
		d.doubt = &doubt{file: s.path}
	default:
		if d.doubts == nil {
			d.doubts = map[string]*doubt{}
		}
		if d.doubts[id] == nil {
			d.doubts[id] = &doubt{flowLog: id, file: s.path}
		}
		d.doubt = d.doubts[id]
		d.doubt.file = min(d.doubt.file, s.path)
	}
}

// end counts what was in doubt of a file that names no flow log.
func (d *reducer) end(rejecting func(id string) bool) {
	if x := d.doubt; x != nil && x.flowLog == "" {
		x.settle(&d.summary, rejecting)
	}
	d.doubt = nil
}

// accepted reports whether a record is of accepted traffic.
func (r *record) accepted() bool { return r.status == statusOK && !r.rejected }

// cover notes the hours of a record of the file that is read.
func (d *reducer) cover(e *Interface, r *record) {
	switch {
	case d.recording == recordingRejected:
	case d.doubt == nil || r.status == statusSkipData:
		e.cover(r)
	case r.accepted():
		d.doubt.accepted = true
		e.cover(r)
	default:
		d.doubt.maybe(e, r)
	}
}
