package dev.speechemotion.app.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.avro.Participant;
import org.junit.jupiter.api.Test;

class RtpRequestTest {
  @Test
  void shouldLeaveNothingOutWithoutAWord() {
    refuses(
        "'callId':'c','streams':[{'form':'10.0.0.1'}]",
        "there is a field other than from, name, payloadTypes, role");
    refuses("'callId':'c','streams':[{}],'sampleRate':16000", "there is a field other than");
    refuses("'callId':5,'streams':[{}]", "callId is not a text");
    refuses("'callId':'c','streams':[{'from':['10.0.0.1']}]", "from is not a text");
    refuses("'callId':'c','streams':[{},'customer']", "streams is not a list of objects");
    refuses("'callId':'c','streams':[{'payloadTypes':['PCMA']}]", "payloadTypes is not an object");
    refuses("'callId':'c','streams':[{}],'attributes':'a'", "attributes is not an object");
    refuses("'callId':'c','streams':[{}],'participant':'a'", "participant is not an object");
    refuses("'callId':'c','streams':[{}],'participant':{'phone':'1'}", "other than ani, dnis, id");
  }

  private static void refuses(String fields, String why) {
    assertThatThrownBy(() -> RtpRequest.parse(json(fields)))
        .as(fields)
        .isInstanceOf(BadMessageException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("form");
  }

  private static String json(String fields) {
    return "{" + fields.replace('\'', '"') + "}";
  }

  @Test
  void shouldTakeAllThatThereMayBe() throws BadMessageException {
    RtpRequest request =
        RtpRequest.parse(
            json(
                "'callId':'c','account':'a','language':null,'participant':{'ani':'+1'},"
                    + "'attributes':{'n':1},'streams':[{'role':'agent','name':'out',"
                    + "'from':'10.0.0.1:4000','payloadTypes':{'0':'PCMA'}}]"));

    assertThat(request.participant()).contains(new Participant(null, "+1", null));
    assertThat(request.attributes()).containsEntry("n", "1");
    assertThat(request.language()).isEmpty();
    assertThat(request.streams().get(0).payloads()).containsOnlyKeys(0);
  }
}
