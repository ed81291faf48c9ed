package flows

import (
	"bytes"
	"encoding/json"
	"strings"
)

// message is a record as Amazon Data Firehose delivers it.
type message struct {
	Message *string `json:"message"`
}

// messages reads a line of JSON objects that have a record each in their member message:
// Firehose puts them on lines of their own, or one behind the other.
func (l *lines) messages(line []byte, n int) {
	in := json.NewDecoder(bytes.NewReader(line))
	for in.More() {
		var m message
		if err := in.Decode(&m); err != nil || m.Message == nil {
			if l.parser.layout == nil {
				l.note(`it holds JSON that has no records of flow logs in "message": the file is left out`, n)
				l.done = true
				return
			}
			l.wrong.add(faultMessage, n)
			return
		}
		record := strings.TrimSpace(*m.Message)
		if record == "" || record[0] == '{' || strings.ContainsRune(record, '\n') {
			l.wrong.add(faultMessage, n)
			continue
		}
		if l.take([]byte(record), n); l.done {
			return
		}
	}
}
